"""The one door to a merchant's data for reading: every query takes the merchant first and sees no other's."""

from app.cases.channels import ChannelFigures, channels
from app.cases.compared import Compared, ReadBack, compared, read_back
from app.cases.heard import Event, EventFilters, EventPage, WholeEvent, events, set_aside, whole_event
from app.cases.keyset import Cursor
from app.cases.listing import CaseRow, Filters, Page, Sort, all_cases, list_cases, rows_of
from app.cases.overview import Analytics, Overview, analytics, overview
from app.cases.reach import Reach, reach, reach_by_channel
from app.cases.tally_spans import Narrow
from app.cases.timeline import Entry, EntryKind, Timeline
from app.cases.view import CaseView, case_of, case_view

__all__ = [
    "Analytics",
    "CaseRow",
    "CaseView",
    "ChannelFigures",
    "Compared",
    "Cursor",
    "Entry",
    "EntryKind",
    "Event",
    "EventFilters",
    "EventPage",
    "Filters",
    "Narrow",
    "Overview",
    "Page",
    "Reach",
    "ReadBack",
    "Sort",
    "Timeline",
    "WholeEvent",
    "all_cases",
    "analytics",
    "case_of",
    "case_view",
    "channels",
    "compared",
    "events",
    "list_cases",
    "overview",
    "reach",
    "reach_by_channel",
    "read_back",
    "rows_of",
    "set_aside",
    "whole_event",
]
