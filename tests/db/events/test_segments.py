"""Segments: what is read is what was written, in its place, or it is refused by name."""

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from db.errors import SchemaError
from db.events.segments import Head, in_order, read, require_chain, write

HEAD = Head(1, "0006", "w", 1, "", 1, 2)
EVENTS = [("faces", "put", '{"id": 1, "source": "é\\u2028\\n"}'), ("faces", "remove", '{"id": 1}')]


def chained(count: int):
    made, previous = [], ""
    for number in range(1, count + 1):
        made.append(write(replace(HEAD, number=number, previous=previous), EVENTS))
        previous = made[-1].digest
    return made


@given(st.lists(st.dictionaries(st.text(max_size=5), st.none() | st.integers() | st.text(), max_size=3)))
def test_what_is_read_is_what_was_written(rows):
    events = [("faces", "put", json.dumps(row)) for row in rows]
    segment = write(HEAD, events)
    again = read(segment.data, segment.path)
    assert again.head == HEAD and [json.loads(text) for *_, text in again.events()] == rows


@pytest.mark.parametrize("data", [b"", b"{}", b"[1]\n", b"hello\n", b'{"format": 1}\n'])
def test_what_is_no_segment_is_named(data):
    with pytest.raises(SchemaError, match="events/00000001-x.jsonl is no segment"):
        read(data, "events/00000001-x.jsonl")


def test_a_changed_segment_is_seen_by_its_name():
    segment = write(HEAD, EVENTS)
    with pytest.raises(SchemaError, match="was changed"):
        read(segment.data.replace(b'"id": 1', b'"id": 2'), segment.path)


def test_a_format_from_the_future_is_refused():
    segment = write(replace(HEAD, format=2), EVENTS)
    with pytest.raises(SchemaError, match="update this one"):
        read(segment.data, segment.path)


def test_a_line_that_is_no_event_is_shown():
    data = write(HEAD, EVENTS).data + b"oops\n"
    segment = replace(write(HEAD, EVENTS), data=data)
    with pytest.raises(SchemaError, match="oops"):
        segment.events()


def test_names_come_in_the_order_of_their_numbers_and_other_files_are_left_out():
    names = [segment.path for segment in chained(12)]
    assert in_order([*reversed(names), "README.md", "pictures/ab/abc", "events/notes.txt"]) == names


@pytest.mark.parametrize("hole", [0, 1, 3])
def test_a_missing_segment_is_seen(hole):
    names = [segment.path for segment in chained(5)]
    del names[hole]
    with pytest.raises(SchemaError, match=f"segment {hole + 1} is missing"):
        in_order(names)


def test_two_segments_of_one_number_are_two_writers():
    other = write(replace(HEAD, writer="other"), EVENTS)
    with pytest.raises(SchemaError, match="Two studios"):
        in_order([*(segment.path for segment in chained(2)), other.path])


def test_a_segment_that_does_not_follow_is_refused():
    first, second, third = chained(3)
    require_chain([first, second, third])
    require_chain([second, third], first.digest)
    with pytest.raises(SchemaError, match="does not follow"):
        require_chain([first, third])
