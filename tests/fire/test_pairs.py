"""The same form twice at once, from two connections, through the web server that production runs."""

from __future__ import annotations

import http.client
import threading
from collections import Counter
from urllib.parse import urlsplit

import pytest

from kimbilio.packs.form_result import computed_values
from tests.fire.engines import Engines
from tests.fire.lengths import length
from tests.fire.phones import tokens_make
from tests.replay.client import multipart
from tests.replay.filled import ANSWERS, filled, pack_zz

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("pairs")]


def test_a_form_sent_twice_at_once_is_stored_once_and_both_are_told_so(engines: Engines) -> None:
    engines.web(workers=2)
    engines.until_it_answers()
    pairs, (token,) = length("KIMBILIO_FIRE_PAIRS"), tokens_make(1)
    claims = computed_values(ANSWERS, pack_zz().ruleset)
    forms = [multipart(filled(claims=claims, instance=f"uuid:pair-{n}")) for n in range(pairs)]
    start, told = threading.Barrier(2), [Counter[int](), Counter[int]()]

    def side(number: int) -> None:
        where = urlsplit(f"{engines.address}/openrosa/{token}/submission")
        line = http.client.HTTPConnection(where.netloc, timeout=60)
        for content_type, body in forms:
            start.wait(60)
            line.request("POST", where.path, body, {"Content-Type": content_type})
            answer = line.getresponse()
            answer.read()
            told[number][answer.status] += 1
        line.close()

    sides = [threading.Thread(target=side, args=(number,), daemon=True) for number in (0, 1)]
    for thread in sides:
        thread.start()
    for thread in sides:
        thread.join(600)
    both = told[0] + told[1]
    assert set(both) <= {201, 202}, both
    assert both.total() == 2 * pairs
    with engines.owner() as owner:
        counted = owner.execute(
            "select count(*), count(distinct instance), "
            "(select count(*) from journal_act where act = 'submission.received'), "
            "(select count(*) from procrastinate_jobs where task_name = 'intake.understand') "
            "from forms_submission"
        ).fetchone()
    assert counted == (pairs,) * 4
    print(f"{pairs} pairs: {dict(both)}")
