"""Which file system a folder is on."""

from pathlib import Path

import pytest

from db.mounts import file_system, is_network

TABLE = """\
22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/vda rw
40 22 0:40 / /data rw - nfs4 server:/export rw
41 40 0:41 / /data/local rw master:3 - xfs /dev/vdb rw
42 22 0:42 / /my\\040bucket rw - fuse.s3fs s3fs rw
43 22 0:43 / /again rw - nfs4 server:/export rw
44 22 0:44 / /again rw - ext4 /dev/vdc rw
"""


@pytest.fixture
def mounts(tmp_path):
    path = tmp_path / "mountinfo"
    path.write_text(TABLE, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    "folder, kind",
    [
        ("/srv/emola", "ext4"),
        ("/data", "nfs4"),
        ("/data/emola/new", "nfs4"),
        ("/data/local/emola", "xfs"),
        ("/database", "ext4"),
        ("/my bucket/emola", "fuse.s3fs"),
        ("/again/emola", "ext4"),
    ],
)
def test_the_nearest_last_mount_counts(folder, kind, mounts):
    assert file_system(Path(folder), mounts) == kind


def test_without_a_table_nothing_is_known(tmp_path):
    assert file_system(Path("/"), tmp_path / "none") == ""


def test_this_machine_has_a_file_system(tmp_path):
    assert file_system(tmp_path)


@pytest.mark.parametrize("kind", ["nfs", "nfs4", "cifs", "fuse.sshfs", "fuse", "9p", "lustre"])
def test_network_file_systems_are_known(kind):
    assert is_network(kind)


@pytest.mark.parametrize("kind", ["ext4", "xfs", "btrfs", "overlay", "tmpfs", "apfs", "fuseblk", ""])
def test_local_file_systems_are_local(kind):
    assert not is_network(kind)
