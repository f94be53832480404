"""The table that is printed and the file that is written."""

from __future__ import annotations

import json
import platform
from pathlib import Path
from statistics import median

from rich.table import Table

from measure import Row


def best_peer(row: Row) -> tuple[str, float] | None:
    """The quickest (or leanest) contender beside Ondol, and its median."""
    peers = {name: median(figures) for name, figures in row.items() if name != "ondol" and figures}
    return min(peers.items(), key=lambda item: item[1]) if peers else None


def ratio(row: Row) -> float | None:
    """Best peer / Ondol: above 1 where Ondol needs less."""
    best = best_peer(row)
    return best[1] / median(row["ondol"]) if best and row.get("ondol") else None


def table(rows: dict[str, Row], units: dict[str, str], contenders: list[str]) -> Table:
    """Medians, with half the distance between the extremes of the rounds; the best peer is bold."""
    result = Table(caption="median ± half the range of the rounds; less is better, except for the ratio")
    result.add_column("workload")
    for name in [*contenders, "best peer / ondol"]:
        result.add_column(name.replace("-", "\n"), justify="right")
    for name, row in rows.items():
        best = best_peer(row)
        cells = []
        for contender in contenders:
            cell = _cell(row.get(contender, []))
            cells.append(f"[bold]{cell}[/bold]" if best and best[0] == contender else cell)
        share = ratio(row)
        result.add_row(f"{name} [dim]{units[name]}[/dim]", *cells, f"{share:.2f}" if share else "–")
    return result


def _cell(figures: list[float]) -> str:
    if not figures:
        return "–"
    middle = median(figures)
    digits = max(0, 2 - len(str(int(middle)))) if middle >= 1 else 3
    spread = f" [dim]±{(max(figures) - min(figures)) / 2 / middle:.0%}[/dim]" if len(figures) > 1 else ""
    return f"{middle:.{digits}f}{spread}"


def save(file: Path, rows: dict[str, Row], units: dict[str, str], facts: dict) -> None:
    """All rounds as JSON, with the medians, the ratios and what is known about the machine."""
    workloads = {
        name: {
            "unit": units[name],
            "median": {contender: median(figures) for contender, figures in row.items()},
            "rounds": row,
            "best_peer_over_ondol": ratio(row),
        }
        for name, row in rows.items()
    }
    file.write_text(json.dumps({**facts, "workloads": workloads}, indent=2) + "\n", encoding="utf-8")


def machine() -> str:
    """The processor's name and the system, in one line."""
    name = platform.processor() or platform.machine()
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        models = [line for line in cpuinfo.read_text().splitlines() if line.startswith("model name")]
        name = models[0].partition(":")[2].strip() if models else name
    return f"{name}, {platform.system()} {platform.release()}, Python {platform.python_version()}"
