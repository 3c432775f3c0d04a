"""A dashboard as the JSON that Grafana loads."""

import json
from typing import Any

from gateway.dashboards.panel import Dashboard, Panel, Variable

#: The version of its dashboards that this is written in; newer ones bring it up to date themselves.
_SCHEMA = 39
_SOURCE = {"type": "prometheus", "uid": "${datasource}"}
_COLUMNS, _ROW_HEIGHT = 24, 1
_HEIGHT = {"stat": 4, "timeseries": 8}
_MOST_PLOTS = 3
_STORY = {
    "title": "Story of an event",
    "type": "link",
    "icon": "external link",
    "tooltip": "What one event caused, step by step: put its id above. `fleet story ID` prints it as a tree.",
    "url": "${gateway}/v1/stories/${story}",
    "targetBlank": True,
}
_BESIDE = {
    "title": "Dashboards",
    "type": "dashboards",
    "tags": ["overskill"],
    "asDropdown": True,
    "keepTime": True,
    "includeVars": False,
}


def rendered(dashboard: Dashboard, gateway: str) -> str:
    """Return the dashboard as JSON; `gateway` is where its links to stories lead."""
    page: dict[str, Any] = {
        "uid": dashboard.uid,
        "title": dashboard.title,
        "description": dashboard.means,
        "tags": ["overskill"],
        "schemaVersion": _SCHEMA,
        "editable": True,
        "graphTooltip": 1,
        "refresh": "10s",
        "time": {"from": "now-30m", "to": "now"},
        "timezone": "browser",
        "links": [_BESIDE, _STORY],
        "templating": {"list": [_source(), *map(_variable, dashboard.variables), *_texts(gateway)]},
        "panels": _panels(dashboard),
    }
    return json.dumps(page, indent=2) + "\n"


def _source() -> dict[str, Any]:
    return {"name": "datasource", "label": "Data source", "type": "datasource", "query": "prometheus"}


def _texts(gateway: str) -> list[dict[str, Any]]:
    """Return what the link to a story is made of."""
    return [_text(Variable("gateway", "Gateway", value=gateway)), _text(Variable("story", "Event id"))]


def _text(variable: Variable) -> dict[str, Any]:
    current = {"text": variable.value, "value": variable.value}
    about = {"name": variable.name, "label": variable.label, "type": "textbox", "query": variable.value}
    return {**about, "current": current, "options": [{**current, "selected": True}]}


def _variable(variable: Variable) -> dict[str, Any]:
    if not variable.query:
        return _text(variable)
    return {
        "name": variable.name,
        "label": variable.label,
        "type": "query",
        "datasource": _SOURCE,
        "query": {"query": variable.query, "refId": variable.name},
        "refresh": 2,  # with the time that is looked at
        "sort": 1,
        "multi": True,
        "includeAll": True,
        "allValue": ".*",
        "current": {"text": ["All"], "value": ["$__all"]},
    }


def _panels(dashboard: Dashboard) -> list[dict[str, Any]]:
    """Place the rows below each other, and what is in one beside each other."""
    placed: list[dict[str, Any]] = []
    top = 0
    for title, panels in dashboard.rows:
        placed.append({"type": "row", "title": title, "collapsed": False, "gridPos": _place(_COLUMNS, 1, 0, top)})
        top += _ROW_HEIGHT
        beside = len(panels) if panels[0].looks == "stat" else min(len(panels), _columns(len(panels)))
        width = _COLUMNS // beside
        for start in range(0, len(panels), beside):
            line = panels[start : start + beside]
            height = max(_HEIGHT[panel.looks] for panel in line)
            for column, panel in enumerate(line):
                placed.append({**_panel(panel), "gridPos": _place(width, height, column * width, top)})
            top += height
    return [{"id": number, **panel} for number, panel in enumerate(placed, 1)]


def _columns(count: int) -> int:
    """Return how many plots stand beside each other, so that no line is nearly empty."""
    return 2 if count in {2, 4} else _MOST_PLOTS


def _place(width: int, height: int, left: int, top: int) -> dict[str, int]:
    return {"w": width, "h": height, "x": left, "y": top}


def _panel(panel: Panel) -> dict[str, Any]:
    return {
        "type": panel.looks,
        "title": panel.title,
        "description": panel.means,
        "datasource": _SOURCE,
        "targets": [
            {"refId": chr(ord("A") + number), "datasource": _SOURCE, "expr": ask.query, "legendFormat": ask.legend}
            for number, ask in enumerate(panel.asks)
        ],
        "fieldConfig": {"defaults": _defaults(panel), "overrides": []},
        "options": _options(panel),
    }


def _defaults(panel: Panel) -> dict[str, Any]:
    steps = [{"color": "green", "value": None}, *({"color": one, "value": limit} for limit, one in panel.thresholds)]
    looks: dict[str, Any] = {
        "unit": panel.unit,
        "thresholds": {"mode": "absolute", "steps": steps},
        "color": {"mode": "thresholds" if panel.thresholds else "palette-classic"},
    }
    if panel.quiet:
        looks["noValue"] = "0"
    if panel.looks == "timeseries":
        looks["min"] = 0
        stacking = {"mode": "normal" if panel.stacked else "none", "group": "A"}
        looks["custom"] = {"fillOpacity": 30 if panel.stacked else 5, "showPoints": "never", "stacking": stacking}
    return looks


def _options(panel: Panel) -> dict[str, Any]:
    if panel.looks == "stat":
        last = {"calcs": ["lastNotNull"], "fields": "", "values": False}
        return {"reduceOptions": last, "colorMode": "value", "graphMode": "area"}
    return {
        "legend": {"displayMode": "list", "placement": "bottom", "showLegend": True},
        "tooltip": {"mode": "multi", "sort": "desc"},
    }
