"""What columns of the capital plan are called in the workbook, and what they mean: code name -> heading, meaning, how shown."""

from __future__ import annotations

PLAN_COLUMNS: dict[str, tuple[str, str, str]] = {
    "scheme_id": ("Scheme", "code of the scheme in the council's own list", ""),
    "scheme_name": ("Name of scheme", "what the scheme is called in papers", ""),
    "site_id": ("School, setting or site", "URN of the school, reference of the setting, or a new site's own code", ""),
    "site_name": ("Name of school, setting or site", "what it is called; blank of a new site", ""),
    "chosen": ("In the plan?", "whether the plan builds it", ""),
    "opens_ay": ("Opens in September of", "academic year with which its places open; blank: not in the plan", ""),
    "places_end_ay": (
        "Places end in September of",
        "September with which its places are gone while children who came by them are still at school; blank: they stay",
        "",
    ),
    "places_when_full": ("Places when full", "places it adds in its fullest year; below nought: takes away", "whole"),
    "thousand_pounds": ("Capital (thousand pounds)", "capital in thousands of pounds, at the prices of its building", "whole"),
    "thousand_pounds_a_place": (
        "Capital for each place (thousand pounds)",
        "its capital divided by its places when full",
        "tenth",
    ),
    "running_thousand_pounds": (
        "Revenue a year (thousand pounds)",
        "what it costs a year once open; below nought: saves",
        "whole",
    ),
    "decides": ("Who decides", "who decides on it in law", ""),
    "consent": ("Consent", "whether they consent; a plan counts only what is given or not needed", ""),
    "quality": ("Good enough to grow?", "whether the school or setting is judged good enough; blank grades need judgement", ""),
    "route": ("Way in law", "how it is decided in law", ""),
    "cost_rests_on": ("Cost rests on", "the council's own programme or estimate, or the rulebook's cost of a place", ""),
    "standing": (
        "Looked at?",
        "whether it stands on the council's own list, or was proposed from figures and nobody has looked at it yet",
        "",
    ),
    "children_served": (
        "Children whom it serves",
        "children without a place whom the plan places here, each counted once; of childcare those of its fullest year",
        "tenth",
    ),
    "child_years_served": ("Child-years that it serves", "the same, each year of each child counted", "tenth"),
    "why_so": ("Why", "why it is in the plan or not", ""),
    "pot_id": ("Pot", "grant, deed or loan from which it is paid", ""),
    "pot_name": ("Name of pot", "what the pot is called in papers; blank: its code", ""),
    "received": ("Received (thousand pounds)", "what comes into the pot in the financial year", "whole"),
    "spent": ("Spent (thousand pounds)", "what the plan takes from it in the financial year", "whole"),
    "borrowed": ("Spent before it comes (thousand pounds)", "borrowed: what is spent in the year and comes only later", "whole"),
    "owed": ("Owed until it comes (thousand pounds)", "borrowed so far and not yet paid back at the end of the year", "whole"),
    "left": ("Left (thousand pounds)", "what is carried forward at the end of the financial year", "whole"),
    "lost": ("Not spent by its date (thousand pounds)", "what its date lets pass unspent", "whole"),
    "intake_ay": ("Cohort of September", "September in which the cohort enters; blank for childcare", ""),
    "met_at": (
        "Met",
        "at home: in the own area; next door: in another area to which children go today, or by declared relief",
        "",
    ),
    "relief_area_code": ("Code of area next door", "the other area", ""),
    "relief_area_name": ("Area next door", "the other area by name", ""),
    "child_years": ("Child-years", "children, each year that they need the place counted", "tenth"),
    "km": ("Way (km)", "from the middle of the area to the site, one way: a straight line with an allowance", "tenth"),
    "transport_thousand_pounds": ("Transport (thousand pounds)", "what their way to school costs over these years", "tenth"),
    "lacking": ("Lack a place", "children without a place before the plan", "tenth"),
    "too_soon": (
        "of whom before any listed scheme could open",
        "of those who lack a place, in years before any scheme on the list that reaches them could open",
        "tenth",
    ),
    "seats_next_door": (
        "Have a seat next door only",
        "children of full areas who find no place at home and are expected at schools of another area; they lack none",
        "tenth",
    ),
    "answer": ("What is to be done", "whether capital would be needed, or the year's own admissions find a way", ""),
    "why_unmet": ("Why they stay without a place", "what stands in the way of a place for them in this plan", ""),
    "not_counted": (
        "Not counted (thousand pounds)",
        "what comes into pots that may pay for nothing on the list, or is promised in no signed deed",
        "whole",
    ),
    "met_home": ("Met in the own area", "children who get a place in the own area, at free places or at a scheme", "tenth"),
    "met_next_door": ("Met next door", "children who get a place in another area, or keep their seat there", "tenth"),
    "unmet": (
        "Without a place after the plan",
        "children for whom the plan finds none, where the shortfall is material",
        "tenth",
    ),
    "in_year": ("To be managed in-year", "children in shortfalls too small for capital, or in later years only", "tenth"),
    "places_added": ("Places added", "places that the plan adds in the year", "whole"),
}
KINDS_TOLD = {"bulge": "bulge class", "modular": "modular building", "pan_cut": "lower admission number"}
"""What kinds of schemes are called where their code does not say it."""
STANDINGS = {"": "on the council's list", "proposal": "proposal, not yet looked at"}


def kind_told(kind: object) -> str:
    """A kind of scheme in words: bulge class, new school."""
    return KINDS_TOLD.get(str(kind), str(kind).replace("_", " "))


PLAN_SHEETS = {
    "programme": "The capital plan: every scheme of the list, whether and when it is built, what it costs, and why",
    "money": "Each pot by financial year: what comes, what the plan takes and borrows, what is left; money that lapses first is "
    "spent first, and tied money before free",
    "money_of_schemes": "Which pot pays what for which scheme, by financial year: money that lapses first, then tied before free",
    "served": "Who gets a place where: by area and cohort, at home or next door",
    "plan_areas": "Areas before and after the plan, by year",
    "plan_unmet": "Who is still without a place, and what is to be managed in-year",
}
