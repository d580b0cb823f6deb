from types import SimpleNamespace

from tests.figures import KEY, in_words, totals


def report(when: str, campaign: str, **figures: int) -> SimpleNamespace:
    return SimpleNamespace(when=when, user_properties=[(KEY, [campaign, figures])])


def test_what_several_tests_tell_of_one_campaign_is_added_up_once_each() -> None:
    reports = [
        report("setup", "fault campaign", faults_tried=2),
        report("call", "fault campaign", faults_tried=2, wrong_deletions=0),
        report("call", "fault campaign", faults_tried=3, wrong_deletions=0),
        report("call", "kill campaign", kills=7),
    ]
    lines = [in_words(*one) for one in totals(reports).items()]
    assert lines == ["fault campaign: 5 faults tried, 0 wrong deletions", "kill campaign: 7 kills"]
