"""Which request means what: paths of the Hub's API, each with the step that a fault may name."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

import hub_downloads
import hub_history_api
import hub_repos_api
import hub_runtime_api
import hub_uploads
from hub_http import Refused, Request, Response

if TYPE_CHECKING:
    from hub_server import Hub

NAME = r"(?P<name>[^/]+/[^/]+)"
REPO = rf"/api/(?P<kind>model|dataset|space)s/{NAME}"
SPACE = rf"/api/(?P<kind>space)s/{NAME}"
GIT = rf"/(?:(?P<kind>dataset|space)s/)?{NAME}"
REVISION = r"(?P<revision>[^/]+)"

ROUTES: list[tuple[str, str, str, Callable[..., Response]]] = [
    ("GET", "/api/whoami-v2", "whoami", hub_repos_api.whoami),
    ("POST", "/api/validate-yaml", "validate_yaml", hub_uploads.validate_yaml),
    ("POST", "/api/repos/create", "create_repo", hub_repos_api.create),
    ("DELETE", "/api/repos/delete", "delete_repo", hub_repos_api.delete),
    ("PUT", f"{REPO}/settings", "settings", hub_repos_api.settings),
    ("GET", f"{REPO}/auth-check(/write)?", "info", hub_repos_api.auth_check),
    ("GET", f"{REPO}(/revision/{REVISION})?", "info", hub_repos_api.info),
    ("GET", f"{REPO}/refs", "refs", hub_history_api.refs),
    ("GET", f"{REPO}/commits/{REVISION}", "commits", hub_history_api.commits),
    ("POST", f"{REPO}/tag/{REVISION}", "tag", hub_history_api.tag),
    ("DELETE", f"{REPO}/tag/{REVISION}", "tag", hub_history_api.untag),
    ("GET", f"{REPO}/tree/{REVISION}(/(?P<path>.+))?", "tree", hub_downloads.tree),
    ("POST", f"{REPO}/paths-info/{REVISION}", "paths_info", hub_downloads.paths_info),
    ("POST", f"{REPO}/preupload/{REVISION}", "preupload", hub_uploads.preupload),
    ("POST", f"{REPO}/commit/{REVISION}", "commit", hub_uploads.commit),
    ("GET", f"{SPACE}/runtime", "runtime", hub_runtime_api.runtime),
    ("POST", f"{SPACE}/hardware", "hardware", hub_runtime_api.hardware),
    ("POST", f"{SPACE}/restart", "restart", hub_runtime_api.restart),
    ("POST", f"{SPACE}/pause", "restart", hub_runtime_api.pause),
    ("GET", f"{SPACE}/logs/(?P<which>build|run)", "logs", hub_runtime_api.logs),
    ("GET", f"{SPACE}/(?P<which>variables|secrets)", "variables", hub_runtime_api.settings),
    ("POST", f"{SPACE}/(?P<which>variables|secrets)", "variables", hub_runtime_api.set_setting),
    ("DELETE", f"{SPACE}/(?P<which>variables|secrets)", "variables", hub_runtime_api.unset),
    ("POST", rf"{GIT}\.git/info/lfs/objects/batch", "lfs_batch", hub_uploads.lfs_batch),
    ("PUT", rf"{GIT}\.git/storage/(?P<oid>\w+)/(?P<size>\d+)", "lfs_upload", hub_uploads.store),
    ("POST", rf"{GIT}\.git/info/lfs/verify", "lfs_verify", hub_uploads.verify),
    ("GET", f"{GIT}/resolve/{REVISION}/(?P<path>.+)", "resolve", hub_downloads.resolve),
]
COMPILED = [(method, re.compile(path), step, answer) for method, path, step, answer in ROUTES]


def route(hub: Hub, request: Request) -> tuple[str, Callable[[], Response]]:
    """The step of a request, and what answers it, one at a time."""
    method = "GET" if request.method == "HEAD" else request.method
    for wanted, pattern, step, answer in COMPILED:
        found = pattern.fullmatch(request.path) if wanted == method else None
        if found is not None:
            parts = {key: value for key, value in found.groupdict().items() if value is not None}
            if "kind" in found.re.groupindex:
                parts.setdefault("kind", "model")
            return step, partial(answered, hub, partial(answer, hub, request, **parts))
    return "", Refused(404, "Sorry, we can't find the page you are looking for.").response


def answered(hub: Hub, act: Callable[[], Response]) -> Response:
    """The answer, or what is said instead of it."""
    with hub.lock:
        try:
            return act()
        except Refused as refused:
            return refused.response()
