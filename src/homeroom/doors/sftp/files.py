"""The SFTP requests of one session, answered from one account's root."""

from __future__ import annotations

import asyncio
import os
import stat
from collections.abc import AsyncIterator

import asyncssh
from asyncssh import FXF_APPEND, FXF_CREAT, FXF_EXCL, FXF_READ, FXF_TRUNC, FXF_WRITE, SFTPAttrs, SFTPName

from homeroom.deliveries.incoming import UNFINISHED
from homeroom.doors.sftp.events import Arrival, Kind
from homeroom.doors.sftp.inbox import Inbox
from homeroom.doors.sftp.root import Parts, Root, parts_of, path_of, seen
from homeroom.doors.sftp.states import checked, regular, replaceable, shown, times
from homeroom.doors.sftp.uploads import FINISHED_MODE, Reading, Upload, mark_finished, mark_unfinished, same_file

OWNER = "homeroom"
_OPEN = os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


class InboxFiles(asyncssh.SFTPServer):
    """Upload, rename, overwrite, resume, list, stat, remove, folders. No links, no modes, no owners, nothing outside.

    `closing` is set by the session while it carries out a client's own close request: any other close is a cut-off.
    """

    def __init__(self, channel: asyncssh.SSHServerChannel[bytes], inbox: Inbox) -> None:
        super().__init__(channel)
        self.inbox = inbox
        self.root = Root(inbox.path)
        self.closing = False
        self._open: set[Reading] = set()

    def exit(self) -> None:
        """The session ended. Clients like scp take a session without an exit status for a failed one."""
        self.root.close()
        if not self.channel.is_closing():
            self.channel.exit(0)

    # Opening and closing

    async def open(self, path: bytes, pflags: int, attrs: SFTPAttrs) -> Reading:
        """Open for reading, or for writing under the quota. Opening to write marks the file as unfinished at once."""
        parts = parts_of(path)
        if len(self._open) >= self.inbox.limits.open_handles:
            raise asyncssh.SFTPFailure("too many files are open")
        if not pflags & (FXF_WRITE | FXF_APPEND | FXF_CREAT | FXF_TRUNC):
            opened = self._open_to_read(parts)
        else:
            async with self.inbox.guarded():
                opened = self._open_to_write(parts, pflags)
        self._open.add(opened)
        return opened

    def _open_to_read(self, parts: Parts) -> Reading:
        with self.root.parent(parts) as (folder, name):
            regular(seen(name, folder))
            handle = os.open(name, os.O_RDONLY | _OPEN, dir_fd=folder)
        return Reading(checked(handle))

    def _open_to_write(self, parts: Parts, pflags: int) -> Upload:
        inbox = self.inbox
        inbox.usage.measure()
        with self.root.parent(parts) as (folder, name):
            handle = self._writable(folder, name, pflags)
        mark_unfinished(handle)
        if pflags & FXF_TRUNC:
            inbox.usage.bytes -= os.fstat(handle).st_size
            os.ftruncate(handle, 0)
        upload = Upload(
            handle=handle,
            parts=parts,
            usage=inbox.usage,
            limits=inbox.limits,
            append=bool(pflags & FXF_APPEND),
            size=os.fstat(handle).st_size,
        )
        inbox.uploads.append(upload)
        return upload

    def _writable(self, folder: int, name: str, pflags: int) -> int:
        flags = (os.O_RDWR if pflags & FXF_READ else os.O_WRONLY) | _OPEN
        try:
            regular(seen(name, folder))
        except asyncssh.SFTPNoSuchFile:
            # Also said of a link: creating with O_EXCL fails there, it is never followed.
            if not pflags & FXF_CREAT:
                raise
            self._room()
            return os.open(name, flags | os.O_CREAT | os.O_EXCL, FINISHED_MODE | UNFINISHED, dir_fd=folder)
        if pflags & FXF_EXCL:
            raise asyncssh.SFTPFileAlreadyExists("File already exists")
        return checked(os.open(name, flags, dir_fd=folder))

    def _room(self) -> None:
        """Refuse a new file or folder where there are too many, or the disk is nearly full."""
        limits, free = self.inbox.limits, os.statvfs(self.inbox.path)
        if self.inbox.usage.files >= limits.files:
            raise asyncssh.SFTPQuotaExceeded(f"the folder may hold {limits.files} files")
        if free.f_bavail * free.f_frsize < limits.spare_bytes:
            raise asyncssh.SFTPNoSpaceOnFilesystem("the server's disk is nearly full: tell its operator")

    async def close(self, file_obj: object) -> None:
        """Close a file. An upload is finished only by the client's own close; refused ones are deleted and say so."""
        assert isinstance(file_obj, Reading)
        asked = self.closing
        self._open.discard(file_obj)
        if not isinstance(file_obj, Upload):
            os.close(file_obj.handle)
            return
        try:
            if file_obj.refused is None and asked:
                # Told the client that it is safe only when it is.
                await asyncio.to_thread(os.fsync, file_obj.handle)
            self._finish(file_obj, asked)
        finally:
            self.inbox.uploads.remove(file_obj)
            os.close(file_obj.handle)
        if file_obj.refused is not None and asked:
            raise asyncssh.SFTPQuotaExceeded(file_obj.refused)

    def _finish(self, upload: Upload, asked: bool) -> None:
        if upload.refused is not None:
            self._delete(upload)
            self._tell("refused", upload)
        elif not asked:
            self._tell("cut_off", upload)
        elif not self.inbox.others(upload):
            mark_finished(upload.handle)
            self._tell("closed", upload)

    def _delete(self, upload: Upload) -> None:
        os.ftruncate(upload.handle, 0)
        try:
            with self.root.parent(upload.parts) as (folder, name):
                if same_file(upload.handle, seen(name, folder)):
                    os.unlink(name, dir_fd=folder)
        except asyncssh.SFTPNoSuchFile:
            # The client removed it first; its bytes are gone by the truncation.
            return
        finally:
            self.inbox.usage.measure()

    def _tell(self, kind: Kind, upload: Upload) -> None:
        self._say(kind, upload.parts, os.fstat(upload.handle).st_size)

    def _say(self, kind: Kind, parts: Parts, size: int, before: str | None = None) -> None:
        real = self.root.real(parts)
        self.inbox.tell(Arrival(kind, self.inbox.account.name, path_of(parts), real, size, before))

    # Bytes

    def read(self, file_obj: object, offset: int, size: int) -> bytes:
        """Bytes of an open file."""
        assert isinstance(file_obj, Reading)
        return file_obj.read(offset, size)

    def write(self, file_obj: object, offset: int, data: bytes) -> int:
        """Bytes into an open file."""
        if not isinstance(file_obj, Upload):
            raise asyncssh.SFTPPermissionDenied("the file is open for reading only")
        return file_obj.write(offset, data)

    async def fsync(self, file_obj: object) -> None:
        """Sync an open file to disk."""
        assert isinstance(file_obj, Reading)
        await asyncio.to_thread(os.fsync, file_obj.handle)

    # States

    def lstat(self, path: bytes) -> SFTPAttrs:
        """The state of a name. There are no links, so it is `stat`."""
        return shown(self.root.stat(parts_of(path)))

    def stat(self, path: bytes) -> SFTPAttrs:
        """The state of a name."""
        return shown(self.root.stat(parts_of(path)))

    def fstat(self, file_obj: object) -> SFTPAttrs:
        """The state of an open file."""
        assert isinstance(file_obj, Reading)
        return shown(os.fstat(file_obj.handle))

    def setstat(self, path: bytes, attrs: SFTPAttrs) -> None:
        """Take a modification time, as clients send it after an upload; modes and owners are accepted and left as they are."""
        with self.root.parent(parts_of(path)) as (folder, name):
            found = seen(name, folder)
            if attrs.size is not None and attrs.size != found.st_size:
                raise asyncssh.SFTPOpUnsupported("open the file to change its size")
            if attrs.mtime is not None:
                os.utime(name, times(attrs), dir_fd=folder, follow_symlinks=False)

    def lsetstat(self, path: bytes, attrs: SFTPAttrs) -> None:
        """As `setstat`."""
        self.setstat(path, attrs)

    def fsetstat(self, file_obj: object, attrs: SFTPAttrs) -> None:
        """As `setstat`, for an open file; a size cuts or lengthens it."""
        assert isinstance(file_obj, Reading)
        if attrs.size is not None and isinstance(file_obj, Upload):
            file_obj.truncate(attrs.size)
        if attrs.mtime is not None:
            os.utime(file_obj.handle, times(attrs))

    async def scandir(self, path: bytes) -> AsyncIterator[SFTPName]:
        """What lies in a folder."""
        parts = parts_of(path)
        here = shown(self.root.stat(parts))
        if not stat.S_ISDIR(self.root.stat(parts).st_mode):
            raise asyncssh.SFTPNoSuchFile("No such folder")
        for dots in (b".", b".."):
            yield SFTPName(dots, attrs=here)
        for name, found in self.root.list(parts):
            yield SFTPName(name.encode("utf-8"), attrs=shown(found))

    def realpath(self, path: bytes) -> bytes:
        """The path from the root, without dots."""
        return path_of(parts_of(path)).encode("utf-8")

    def format_user(self, uid: int | None) -> str:
        """One owner for all: whom the server runs as is nobody's business."""
        return OWNER

    def format_group(self, gid: int | None) -> str:
        """One group for all."""
        return OWNER

    # Names

    async def rename(self, oldpath: bytes, newpath: bytes) -> None:
        """Give a file or folder another name. A file of that name is replaced, as every nightly export expects."""
        old, new = parts_of(oldpath), parts_of(newpath)
        async with self.inbox.guarded():
            with self.root.parent(old) as (source, name), self.root.parent(new) as (target, wanted):
                found = seen(name, source)
                replaceable(target, wanted, found)
                os.rename(name, wanted, src_dir_fd=source, dst_dir_fd=target)
            self.inbox.moved(old, new)
        if stat.S_ISREG(found.st_mode) and not found.st_mode & UNFINISHED:
            self._say("renamed", new, found.st_size, path_of(old))

    async def posix_rename(self, oldpath: bytes, newpath: bytes) -> None:
        """As `rename`."""
        await self.rename(oldpath, newpath)

    def remove(self, path: bytes) -> None:
        """Remove a file."""
        with self.root.parent(parts_of(path)) as (folder, name):
            regular(seen(name, folder))
            os.unlink(name, dir_fd=folder)

    def mkdir(self, path: bytes, attrs: SFTPAttrs) -> None:
        """Make a folder."""
        with self.root.parent(parts_of(path)) as (folder, name):
            self.inbox.usage.measure()
            self._room()
            os.mkdir(name, 0o700, dir_fd=folder)

    def rmdir(self, path: bytes) -> None:
        """Remove an empty folder."""
        parts = parts_of(path)
        if not parts:
            raise asyncssh.SFTPPermissionDenied("the first folder stays")
        with self.root.parent(parts) as (folder, name):
            seen(name, folder)
            os.rmdir(name, dir_fd=folder)

    # What there is not

    def readlink(self, path: bytes) -> bytes:
        """There are no links."""
        raise asyncssh.SFTPPermissionDenied("there are no links here")

    def symlink(self, oldpath: bytes, newpath: bytes) -> None:
        """No link is made."""
        raise asyncssh.SFTPPermissionDenied("there are no links here")

    def link(self, oldpath: bytes, newpath: bytes) -> None:
        """No link is made."""
        raise asyncssh.SFTPPermissionDenied("there are no links here")

    def statvfs(self, path: bytes) -> asyncssh.SFTPVFSAttrs:
        """The server's disk is nobody's business."""
        raise asyncssh.SFTPOpUnsupported("not here")

    def fstatvfs(self, file_obj: object) -> asyncssh.SFTPVFSAttrs:
        """As `statvfs`."""
        raise asyncssh.SFTPOpUnsupported("not here")
