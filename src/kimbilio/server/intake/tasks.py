"""The jobs that understand submissions and release held emergencies. They carry ids only."""

from __future__ import annotations

import logging
import uuid
from contextlib import suppress

from django.db import InterfaceError, OperationalError
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app
from procrastinate.exceptions import ConnectorException

from kimbilio.server.forms.reasons import PROGRAM_ERROR
from kimbilio.server.forms.services import UNDERSTAND, forms_of_erased_settle, submission_set_aside
from kimbilio.server.identity.actor import actor_of_system
from kimbilio.server.kernel.errors import KeyDestroyed
from kimbilio.server.kernel.rows import acting_for
from kimbilio.server.people.erasing import SETTLE
from kimbilio.server.referrals.services import referrals_of_erased_end

from . import floods, services
from .floods import RELEASE
from .outcomes import NotUnderstood

log = logging.getLogger(__name__)


@app.task(name=UNDERSTAND, queue="intake", retry=RetryStrategy(max_attempts=12, exponential_wait=3))
def understand(organisation: str, submission: str) -> None:
    """Understand one submission, or put it before a person; only an unreachable database is tried again."""
    actor, row = actor_of_system(uuid.UUID(organisation)), uuid.UUID(submission)
    try:
        with acting_for(actor.organisation):
            services.submission_understand(actor=actor, submission=row)
    except KeyDestroyed:  # the person was erased meanwhile, and the form with them
        return
    except NotUnderstood as fault:
        reason = fault.reason
    except (OperationalError, InterfaceError, ConnectorException):  # the last is what a `defer()` says
        raise
    except Exception:  # whatever the fault, a form is never left where nobody sees it
        log.exception("Submission %s could not be read.", row)
        reason = PROGRAM_ERROR
    else:
        return
    with acting_for(actor.organisation):
        submission_set_aside(actor=actor, submission=row, reasons=[reason])


@app.task(name=SETTLE, queue="intake", retry=RetryStrategy(max_attempts=12, exponential_wait=3))
def erased_settle(organisation: str, case: str) -> None:
    """Stop what still waited or ran for a case whose person was erased."""
    actor, row = actor_of_system(uuid.UUID(organisation)), uuid.UUID(case)
    with acting_for(actor.organisation):
        forms_of_erased_settle(actor=actor, case=row)
        referrals_of_erased_end(actor=actor, case=row)


@app.task(name=RELEASE, queue="intake", retry=RetryStrategy(max_attempts=12, exponential_wait=3))
def emergency_release(organisation: str, emergency: str) -> None:
    """Make the referrals of one emergency that had to wait."""
    actor = actor_of_system(uuid.UUID(organisation))
    with suppress(KeyDestroyed), acting_for(actor.organisation):  # erased meanwhile: there is nobody to refer
        floods.emergency_release(actor=actor, emergency=uuid.UUID(emergency))
