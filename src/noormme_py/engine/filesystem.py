"""What kind of file system a path is on, since WAL needs shared memory that a network one has not."""

from __future__ import annotations

from pathlib import Path

_NETWORK = frozenset(
    {"nfs", "nfs4", "cifs", "smb", "smb2", "smb3", "smbfs", "9p", "afs", "ceph", "glusterfs", "lustre"}
)
_MOUNTS = Path("/proc/self/mounts")


def network_filesystem(path: str, mounts: Path = _MOUNTS) -> str | None:
    """Return the type of the network file system that holds the path, or None (also where nobody can tell)."""
    found = filesystem(path, mounts)
    return found if found is not None and is_network(found) else None


def is_network(kind: str) -> bool:
    """Whether a type of file system is a network one, or may be one underneath."""
    return kind in _NETWORK or kind.startswith("fuse.")


def filesystem(path: str, mounts: Path = _MOUNTS) -> str | None:
    """Return the type of the file system that holds the path, or None where nobody can tell."""
    try:
        lines = mounts.read_text(errors="surrogateescape").splitlines()
        real = Path(path).resolve()
    except OSError:
        return None
    best, found = -1, None
    for line in lines:
        fields = line.split(" ")
        if len(fields) < 3:
            continue
        # The kernel writes a space in a mount point as \040.
        point = Path(fields[1].replace("\\040", " "))
        if (real == point or point in real.parents) and len(point.parts) > best:
            best, found = len(point.parts), fields[2]
    return found
