"""Jobs about jobs: what a killed worker held is taken up again, what a rolled back one left is swept away."""

from __future__ import annotations

from django.conf import settings
from django.utils import timezone
from procrastinate.contrib.django import app

from .sweeping import orphans_sweep
from .watching import backup_age_tell

SILENT = 30.0  # seconds without a heartbeat after which a worker is taken for dead


@app.periodic(cron="* * * * *")
@app.task(name="config.stalled_jobs_retry", queueing_lock="stalled_jobs_retry")
async def stalled_jobs_retry(timestamp: int) -> None:
    """Put back every job whose worker has fallen silent. A second run of a job changes nothing."""
    for job in await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=SILENT):
        await app.job_manager.retry_job(job)


@app.periodic(cron="17 3 * * *")
@app.task(name="config.orphaned_blobs_sweep", queueing_lock="orphaned_blobs_sweep")
def orphaned_blobs_sweep(timestamp: int) -> None:
    """Every night: remove the files whose rows were rolled back."""
    orphans_sweep(now=timezone.now())


@app.periodic(cron="41 5 * * *")
@app.task(name="config.backup_watch", queueing_lock="backup_watch")
def backup_watch(timestamp: int) -> None:
    """Every morning: tell the stewards when the last backup is too old. The demo keeps none."""
    if not settings.KIMBILIO_DEMO:
        backup_age_tell(now=timezone.now())
