import pytest

from plexclient.guids import external_ids


def test_new_agents_list_their_ids_beside_the_guid() -> None:
    guids = ("imdb://tt0017136", "tmdb://19", "tvdb://300", "plex://movie/5d77", "mbid://x", "nonsense", "")
    assert external_ids("plex://movie/5d77", guids) == {"imdb": "tt0017136", "tmdb": "19", "tvdb": "300"}


@pytest.mark.parametrize(
    ("guid", "ids"),
    [
        ("com.plexapp.agents.imdb://tt1254207?lang=en", {"imdb": "tt1254207"}),
        ("com.plexapp.agents.themoviedb://19?lang=de", {"tmdb": "19"}),
        ("com.plexapp.agents.thetvdb://268592?lang=en", {"tvdb": "268592"}),
        ("com.plexapp.agents.thetvdb://268592/1/2?lang=en", {"tvdb": "268592/1/2"}),
        ("com.plexapp.agents.xbmcnfo://tt1254207?lang=xn", {"imdb": "tt1254207"}),
        ("com.plexapp.agents.xbmcnfo://12345?lang=xn", {}),
        ("com.plexapp.agents.hama://anidb-23?lang=en", {"anidb": "23"}),
        ("com.plexapp.agents.hama://tvdb4-81797/1/3?lang=en", {"tvdb": "81797/1/3"}),
        ("com.plexapp.agents.none://8a730d03?lang=xn", {}),
        ("tmdb://19", {"tmdb": "19"}),
        ("local://43", {}),
        ("collection://4f19", {}),
        ("plex://episode/5d9c", {}),
        ("imdb://", {}),
        ("", {}),
    ],
)
def test_old_agents_are_the_guid(guid: str, ids: dict[str, str]) -> None:
    assert external_ids(guid) == ids


def test_what_is_listed_wins_over_what_the_guid_says() -> None:
    assert external_ids("com.plexapp.agents.imdb://tt1?lang=en", ["imdb://tt2"]) == {"imdb": "tt2"}
