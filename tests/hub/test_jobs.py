"""The stub keeps scheduled jobs as the real huggingface_hub asks it to."""

import pytest
from huggingface_hub import HfApi
from huggingface_hub.errors import HfHubHTTPError


@pytest.fixture
def api(hub):
    return HfApi(endpoint=hub.endpoint, token=hub.token)


def make(api, **more):
    return api.create_scheduled_job(
        image="python:3.11", command=["true"], schedule="@daily", timeout="1h", namespace="team", **more
    )


def test_a_scheduled_job_is_found_by_its_label_and_tells_no_secret(api, hub):
    kept = make(api, labels={"a": "1"}, secrets={"HF_TOKEN": "hf_right"}, flavor="t4-small")
    make(api, labels={"a": "2"})
    (found,) = api.list_scheduled_jobs(labels={"a": "1"}, namespace="team")
    assert (found.id, found.job_spec.secrets, found.job_spec.timeout) == (kept.id, None, 3600)
    assert hub.scheduled[kept.id]["jobSpec"]["secrets"] == {"HF_TOKEN": "hf_right"}
    api.delete_scheduled_job(scheduled_job_id=kept.id, namespace="team")
    assert api.list_scheduled_jobs(labels={"a": "1"}, namespace="team") == []


def test_machines_are_listed_and_others_are_refused(api):
    assert {"cpu-basic", "a100-large"} <= {one.name for one in api.list_jobs_hardware()}
    with pytest.raises(HfHubHTTPError, match="Invalid flavor"):
        make(api, flavor="abacus")


def test_jobs_of_others_are_refused(api, hub):
    hub.users["hf_other"] = "other"
    with pytest.raises(HfHubHTTPError) as caught:
        HfApi(endpoint=hub.endpoint, token="hf_other").list_scheduled_jobs(namespace="team")
    assert caught.value.response.status_code == 403
