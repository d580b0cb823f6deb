"""Films and series nobody ever made."""

from typing import NamedTuple


class Film(NamedTuple):
    title: str
    year: int
    minutes: int
    summary: str


class Series(NamedTuple):
    title: str
    year: int
    minutes: int
    seasons: tuple[int, ...]
    summary: str


FILMS = [
    Film("The Lighthouse Accountant", 2021, 108, "A tax inspector audits the last manned lighthouse."),
    Film("Seven Umbrellas", 2019, 96, "It rains for a month, and one town shares what it has."),
    Film("Marmalade Protocol", 2023, 121, "A breakfast recipe turns out to be a cipher."),
    Film("Northbound, Slowly", 2018, 132, "Two sisters drive a tractor across a continent."),
    Film("The Weight of Feathers in March", 2020, 104, "A pigeon racer takes in a rival's bird."),
    Film("Glass Orchard", 2022, 117, "What grows in the greenhouse has begun to listen."),
    Film("Tin Comet", 2017, 99, "Children of a mining village build a rocket, and it flies."),
    Film("A Short History of Doors", 2024, 88, "An apartment block, told through its thresholds."),
    Film("The Ferryman's Apprentice", 2016, 126, "Learning a trade that nobody comes back from."),
    Film("Paper Harbour", 2021, 93, "A model ship maker is asked to remember a real one."),
    Film("Copper Moon Rising", 2019, 141, "A heist on the only night the mint goes dark."),
    Film("Quiet Hours", 2023, 101, "A night porter hears the same footsteps each night."),
    Film("The Cartographer's Mistake", 2015, 113, "An island exists because a map says so."),
    Film("Salt and Cinnamon", 2020, 97, "Two bakeries, one street, no peace."),
    Film("Thursday Is Missing", 2022, 109, "Everybody wakes up on Friday, except Ines."),
    Film("Beneath the Velvet Mountain", 2018, 135, "A rescue party finds a concert hall underground."),
    Film("Last Tram to Ostrava Park", 2017, 92, "Strangers stuck on the depot loop until morning."),
    Film("The Clockmaker's Strike", 2014, 119, "A city stops when its timekeepers do."),
    Film("Foxglove Station", 2024, 106, "A railway signal box receives a train from 1911."),
    Film("Ninety Steps Down", 2021, 111, "A well, a promise, a very long rope."),
    Film("The Understudy's Understudy", 2019, 95, "Three actors, one part, opening night."),
    Film("Amber Weather", 2023, 123, "A forecaster who is never wrong falls in love."),
    Film("Juniper's Law", 2016, 118, "A village solicitor defends a tree."),
    Film("Where the River Keeps Its Hats", 2020, 90, "A comedy of things lost and returned."),
    Film("Static on Channel Nine", 2022, 103, "A late-night host interviews a voice in the noise."),
    Film("The Borrowed Winter", 2018, 128, "A warm country asks its neighbour for snow."),
]
SERIES = [
    Series("Harbour Lane", 2020, 44, (4, 4), "A police station that shares its building with a choir."),
    Series("The Tidewater Ledger", 2022, 52, (6,), "Who is stealing the sea, and how does one prove it?"),
    Series("Odd Sundays", 2019, 24, (5, 5, 4), "Four friends, one allotment, every second weekend."),
    Series("Meridian Nine", 2023, 48, (6, 6), "A weather station at the edge of the map goes quiet."),
    Series("Kettle & Daughters", 2021, 28, (6,), "A family of plumbers knows every secret in town."),
    Series("Night Bus", 2024, 22, (8,), "One route, one driver, eight passengers."),
    Series("The Ash Valley Postman", 2018, 41, (3, 3), "Letters arrive that were sent decades ago."),
    Series("Under Polite Skies", 2022, 55, (4,), "Diplomats, drawing rooms and a zeppelin."),
    Series("Bramble Court", 2017, 30, (4, 4), "A very small claims court with very large egos."),
    Series("Signal Hill", 2023, 46, (5,), "Radio amateurs hear a country that has not existed yet."),
    Series("Half a Lighthouse", 2020, 26, (6,), "Divorced, and both kept the tower."),
    Series("The Second Violin", 2024, 58, (3,), "An orchestra on tour loses more than its way."),
    Series("Owls of Pemberley Road", 2021, 12, (8,), "Small birds, great plans."),
    Series("Counterweight", 2019, 50, (4,), "Lift engineers against the tallest building on earth."),
]
EPISODE_TITLES = [
    "A Knock at Four", "The Wrong Key", "Low Tide", "What the Baker Saw", "Borrowed Shoes", "Static",
    "Second Helping", "The Long Way Round", "An Honest Mistake", "Candles", "Room for One", "Paper Boats",
    "The Visitor", "Half Past Never", "Open Windows", "Loose Change", "A Fair Wind", "Small Hours",
]  # fmt: skip
FIRST_WORDS = ["Silver", "Crooked", "Distant", "Hollow", "Golden", "Restless", "Wooden", "Scarlet", "Patient"]
SECOND_WORDS = ["Harvest", "Lantern", "Passage", "Garden", "Signal", "Winter", "Parade", "Compass", "Letters"]


def invented_title(number: int) -> str:
    """A title for any number; they begin to repeat, with a numeral, after 81."""
    part, second = divmod(number, len(SECOND_WORDS))
    sequel, first = divmod(part, len(FIRST_WORDS))
    name = f"{FIRST_WORDS[first]} {SECOND_WORDS[second]}"
    return f"{name} {sequel + 1}" if sequel else name
