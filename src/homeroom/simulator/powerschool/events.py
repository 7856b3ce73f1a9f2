"""Event subscriptions: one set for each plug-in, and a real call to the subscriber for every change of a subscribed resource.

The body of a notification was never published; this is a working assumption, and the only shape that is sent.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable
from typing import Any

from homeroom.simulator.powerschool import wire
from homeroom.simulator.powerschool.calls import Answer, Call, Endpoint, Trouble, tree
from homeroom.simulator.powerschool.ledger import Change
from homeroom.simulator.powerschool.world import Subscription, World

KINDS = frozenset({"INSERT", "UPDATE", "DELETE", "SCHOOL_ENROLLMENT"})
RESOURCES = {
    "students": "student",
    "cc": "section_enrollment",
    "schoolstaff": "staff",
    "sections": "section",
    "courses": "course",
}
"""The resource that stands for a table."""
TEST = "/ws/v1/test_subscription"
PATIENCE = 5.0
"""Seconds that a subscriber has to answer."""


def raised(world: World, changes: Iterable[Change]) -> None:
    """Put what subscribers must be told of these changes into the outbox: one call for all that happened at once."""
    subscription = world.subscription
    if subscription is None or world.switches.events == "off":
        return
    events = []
    for change in changes:
        resource = RESOURCES.get(change.table)
        if resource and (f"/ws/v1/{resource}/*", change.verb) in subscription.wanted:
            events.append(_event(world, f"/ws/v1/{resource}/{change.key}", change.verb, change.key))
    if events:
        world.outbox.append(_notice(subscription, events))


def _event(world: World, path: str, verb: str, key: int) -> dict[str, Any]:
    return {
        "resource": path,
        "ref": f"{world.url}{path}",
        "event_type": verb,
        "id": key,
        "timestamp": f"{world.today}T12:00:00-05:00",
    }


def _notice(subscription: Subscription, events: list[dict[str, Any]]) -> tuple[str, bytes]:
    return subscription.url, wire.as_json({"events": {"key": subscription.key, "event": events}})


async def deliver(world: World) -> None:
    """Send what waits in the outbox, in order; what cannot be delivered is noted and lost, as no retry is known of."""
    import httpx2  # for servers that have a subscriber

    async with world.sending, httpx2.AsyncClient(timeout=PATIENCE) as http:
        while world.outbox:
            url, body = world.outbox.popleft()
            began, status = time.perf_counter(), 0
            try:
                status = (await http.post(url, content=body, headers={"Content-Type": "application/json"})).status_code
            except (httpx2.HTTPError, httpx2.InvalidURL):
                status = 0
            world.journal.note("EVENT", httpx2.URL(url).path, "", status, None, time.perf_counter() - began, len(body))


def start_delivery(world: World) -> asyncio.Task[None] | None:
    """Deliver beside the calls that go on; None where nothing waits."""
    return asyncio.create_task(deliver(world)) if world.outbox else None


def _put(world: World, call: Call) -> Answer:
    if "json" not in call.headers.get("content-type", ""):
        raise Trouble(415, "Unsupported Media Type")
    new = _read(call.json())
    status = 201 if world.subscription is None else 204
    world.subscription = new
    if any(resource == TEST for resource, _ in new.wanted):
        world.outbox.append(_notice(new, [_event(world, f"{TEST}/1", "INSERT", 1)]))
    return Answer(status=status, form="none")


def _read(body: Any) -> Subscription:
    given = body.get("event_subscriptions") if isinstance(body, dict) else None
    if not isinstance(given, dict):
        raise Trouble(400, "event_subscriptions is required")
    url, key = given.get("callback_url"), given.get("key", "")
    items = given.get("event_subscription", [])
    items = items if isinstance(items, list) else [items]
    if not isinstance(url, str) or not url.startswith(("http://", "https://")):
        raise Trouble(400, "callback_url must be an address")
    wanted = []
    for item in items:
        if not isinstance(item, dict):
            raise Trouble(400, "event_subscription must hold objects")
        resource, kind = item.get("resource"), item.get("event_type", "INSERT")
        known = resource == TEST or resource in {f"/ws/v1/{name}/*" for name in RESOURCES.values()}
        if not known or kind not in KINDS:
            raise Trouble(400, f"Invalid subscription: {resource} {kind}")
        wanted.append((str(resource), str(kind)))
    return Subscription(str(key), url, tuple(wanted))


def _get(world: World, call: Call) -> Answer:
    subscription = world.subscription
    if subscription is None:
        raise Trouble(404, "Not Found")
    items = [{"resource": resource, "event_type": kind} for resource, kind in subscription.wanted]
    body = {"key": subscription.key, "callback_url": subscription.url, "event_subscription": items}
    return tree({"event_subscriptions": body})


def _delete(world: World, call: Call) -> Answer:
    if world.subscription is None:
        raise Trouble(404, "Not Found")
    world.subscription = None
    return Answer(status=204, form="none")


def _test(world: World, call: Call) -> Answer:
    return tree({"test_subscription": {"id": 1, "content": "Test Subscription"}})


ENDPOINTS = (
    Endpoint("PUT", "/ws/v1/event_subscription", _put),
    Endpoint("GET", "/ws/v1/event_subscription", _get),
    Endpoint("DELETE", "/ws/v1/event_subscription", _delete),
    Endpoint("GET", TEST, _test),
)
