"""The Data tab's endpoints: all un-queued, since long work runs as jobs. Documented where integrators may
want them; each checks the role itself (`studio.people.guard`).
"""

from studio.data import as_imported, bring, erasing, gold_set, overview, studies, take
from studio.people.guard import publish
from studio.workplace import Workplace

FOR_REVIEWERS = (
    overview.data_overview,
    bring.import_files,
    take.data_jobs,
    take.start_export,
    as_imported.start_export_as_imported,
    take.unreadable_faces,
)
FOR_ADMINS = (
    bring.start_import,
    bring.import_path,
    bring.resume_import,
    bring.try_drawn_faces,
    studies.create_study,
    studies.change_study,
    studies.close_study,
    studies.reopen_study,
    gold_set.freeze_gold_set,
    take.start_preannotation,
    take.start_backup,
    erasing.find_to_erase,
    erasing.start_erasure,
)


def publish_endpoints(work: Workplace) -> None:
    """Add the endpoints to the current Blocks."""
    for endpoint in FOR_REVIEWERS:
        publish(work, "reviewer", endpoint)
    for endpoint in FOR_ADMINS:
        publish(work, "admin", endpoint)
    publish(work, "reviewer", take.stop_job)
