"""Who plays which part: the planning areas and schools in which the county's stories are planted, the same for every seed.

Planning areas are numbered district by district, those of the town first, as `land.py` draws them. A part is given by number,
so that another seed draws another county in which the same stories happen.
"""

from __future__ import annotations

BASE = 2025                     # academic year of the latest January census
FIRST_YEAR, LAST_YEAR = 2000, BASE + 1      # of the children that are followed; the last is this autumn's
FIRST_COHORT, LAST_COHORT = 1995, BASE      # births that are known
PUBLISHED_ROLL, PUBLISHED_CENSUS = 12, 5    # years of the authority's roll and of the school census
LA_CODE, LA_GSS = "990", "E10990001"
CITY_CODE, CITY_GSS = "991", "E06990001"

SHORT_TOWN, SHORT_AREA, SHORT_BY = (0, 1, 2), 1, 18     # much spare in the town, one area without room in Reception
TOWN_SURPLUS = 0.12
POPULAR_AREA, POPULAR_PANS = 8, (90, 60, 45)            # full, its roll flat, and more children every year
POPULAR_AT_FIRST, POPULAR_RISE = 0.84, 1.03
GARDEN_AREA, GARDEN_TRIGGER = 15, 200                   # homes at which the site for the school is handed over
ESTATE_AREA, ESTATE_REF = 24, "ESTATE"                  # where more is built than was usual
CURVE_AREA, CURVE_REF = 28, "MEADOWS"                  # whose list shows when the children of new homes come and go
CURVE_HOMES, CURVE_YEARS = 60, 5                        # homes a financial year, for how long
WINDFALL_REF, WINDFALL_HOMES = "WINDFALL", (18, 21, 15) # homes on no known site, in each of the last financial years
USUAL_HOMES, MORE_HOMES, MORE_FROM, ESTATE_YEARS = 40, 100, BASE + 2, 10    # homes a financial year, from when, for how long
FALLING_AREA, FALLING_PANS = 21, (60, 15)               # an academy and a small rural school, both emptying
RURAL_FROM, RURAL_LEAST = 2016, 4                       # from when one child fewer a year starts there, and the least
CONTRADICTED_AREA, CONTRADICTED_BY = 20, 0.27           # share of a cohort that has left before its Reception
BULGE_DISTRICT, BULGE_AREAS = 4, (25, 26)
BULGE_AY, BULGE_CLASS, BULGE_SHORT = 2019, 30, 24
MOBILE_AREA, MOBILE_PLACES, MOBILE_LAST = 30, 15, 2027  # places a year group in Years 5 and 6 until the permission ends
PAIR_AREA = 31
PAIR_AREAS = (0, 7, 14, 19, 26, PAIR_AREA, 35, 36)      # with an infant and a junior school each
ALL_THROUGH_AREA = 13
NEW_SCHOOL_AREA = 32                                    # opened in the September before the base census
MERGED_AREA, MERGED_AY = 33, 2023                       # an infant and a junior school became one primary
SIXTH_DISTRICT = 1                                      # its town's first secondary school: 11-18, known by its capacity alone
SIXTH_PLACES, SIXTH_YEAR_GROUP = 250, 220
BORDER_DISTRICT, BORDER_PAN = 6, 210
BORDER_INTAKE = (53, 56, 60, 61, 64)                    # Year 7 from across the border, oldest year first
OVER_FORECAST = (0.041, 0.057, 0.024, 0.071)    # last year's forecast: one and three years ahead, primary, then secondary
BABIES_AREA, BABY_ROOMS_CLOSED = 7, 2           # where baby rooms close at Easter beside empty places of three-year-olds
BABIES_LEVELS = {"under_2": 1.0, "age_2": 1.05, "age_3_4": 2.2}     # of the county's usual places for each birth
CLOSING_AREA, CLOSING_ON = 19, f"{BASE + 1}-12-31"      # a nursery that closes for good
SILENT_AREA = 22                                        # a nursery with places that has told nobody its hours
HEADCOUNTS, HEADCOUNT_FROM = 20, 3                      # settings with a termly headcount; planning areas that make up the number
