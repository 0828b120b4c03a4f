"""Which request means what: paths of the Hub's API, each with the step that a fault may name."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from hub_emulator import downloads, history_api, repos_api, runtime_api, uploads
from hub_emulator.handler import Refused, Request, Response

if TYPE_CHECKING:
    from hub_emulator.server import Hub

NAME = r"(?P<name>[^/]+/[^/]+)"
REPO = rf"/api/(?P<kind>model|dataset|space)s/{NAME}"
SPACE = rf"/api/(?P<kind>space)s/{NAME}"
GIT = rf"/(?:(?P<kind>dataset|space)s/)?{NAME}"
REVISION = r"(?P<revision>[^/]+)"

ROUTES: list[tuple[str, str, str, Callable[..., Response]]] = [
    ("GET", "/api/whoami-v2", "whoami", repos_api.whoami),
    ("POST", "/api/validate-yaml", "validate_yaml", uploads.validate_yaml),
    ("POST", "/api/repos/create", "create_repo", repos_api.create),
    ("DELETE", "/api/repos/delete", "delete_repo", repos_api.delete),
    ("PUT", f"{REPO}/settings", "settings", repos_api.settings),
    ("GET", f"{REPO}/auth-check(/write)?", "info", repos_api.auth_check),
    ("GET", f"{REPO}(/revision/{REVISION})?", "info", repos_api.info),
    ("GET", f"{REPO}/refs", "refs", history_api.refs),
    ("GET", f"{REPO}/commits/{REVISION}", "commits", history_api.commits),
    ("POST", f"{REPO}/tag/{REVISION}", "tag", history_api.tag),
    ("DELETE", f"{REPO}/tag/{REVISION}", "tag", history_api.untag),
    ("GET", f"{REPO}/tree/{REVISION}(/(?P<path>.+))?", "tree", downloads.tree),
    ("POST", f"{REPO}/paths-info/{REVISION}", "paths_info", downloads.paths_info),
    ("POST", f"{REPO}/preupload/{REVISION}", "preupload", uploads.preupload),
    ("POST", f"{REPO}/commit/{REVISION}", "commit", uploads.commit),
    ("GET", f"{SPACE}/runtime", "runtime", runtime_api.runtime),
    ("POST", f"{SPACE}/hardware", "hardware", runtime_api.hardware),
    ("POST", f"{SPACE}/restart", "restart", runtime_api.restart),
    ("POST", f"{SPACE}/pause", "restart", runtime_api.pause),
    ("GET", f"{SPACE}/logs/(?P<which>build|run)", "logs", runtime_api.logs),
    ("GET", f"{SPACE}/(?P<which>variables|secrets)", "variables", runtime_api.settings),
    ("POST", f"{SPACE}/(?P<which>variables|secrets)", "variables", runtime_api.set_setting),
    ("DELETE", f"{SPACE}/(?P<which>variables|secrets)", "variables", runtime_api.unset),
    ("POST", rf"{GIT}\.git/info/lfs/objects/batch", "lfs_batch", uploads.lfs_batch),
    ("PUT", rf"{GIT}\.git/storage/(?P<oid>\w+)/(?P<size>\d+)", "lfs_upload", uploads.store),
    ("PUT", rf"{GIT}\.git/parts/(?P<oid>\w+)/(?P<number>\d+)", "lfs_upload", uploads.store_part),
    ("POST", rf"{GIT}\.git/parts/(?P<oid>\w+)", "lfs_upload", uploads.put_together),
    ("POST", rf"{GIT}\.git/info/lfs/verify", "lfs_verify", uploads.verify),
    ("GET", f"{GIT}/resolve/{REVISION}/(?P<path>.+)", "resolve", downloads.resolve),
]
COMPILED = [(method, re.compile(path), step, answer) for method, path, step, answer in ROUTES]


def route(hub: Hub, request: Request) -> tuple[str, Callable[[], Response]]:
    """The step of a request, and what answers it, one at a time."""
    method = "GET" if request.method == "HEAD" else request.method
    for wanted, pattern, step, answer in COMPILED:
        match = pattern.fullmatch(request.path) if wanted == method else None
        if match is not None:
            parts = {key: value for key, value in match.groupdict().items() if value is not None}
            if new := hub.renamed.get(parts.get("name", "")):
                return step, partial(moved, request, parts["name"], new)
            if "kind" in match.re.groupindex:
                parts.setdefault("kind", "model")
            return step, partial(answered, hub, partial(answer, hub, request, **parts))
    return "", Refused(404, "Sorry, we can't find the page you are looking for.").response


def moved(request: Request, name: str, new: str) -> Response:
    """Where a repository is that had another name."""
    query = "&".join(f"{key}={value}" for key, values in request.query.items() for value in values)
    path = request.path.replace(f"/{name}", f"/{new}", 1)
    return Response(307, b"", {"Location": path + (f"?{query}" if query else "")})


def answered(hub: Hub, act: Callable[[], Response]) -> Response:
    """The answer, or what is said instead of it."""
    with hub.lock:
        try:
            return act()
        except Refused as refused:
            return refused.response()
