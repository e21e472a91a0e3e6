#!/usr/bin/env python3
"""The same hours as `neaptide offline backtest`, forecast by statsforecast.

usage: statsforecast.py FILE HORIZON ORIGINS EVERY SAMPLE MODEL...    MODEL: MSTL AutoETS AutoARIMA SeasonalNaive

Prints what `backtest` prints: mean sMAPE and MASE, relMASE (geometric mean over series of MASE over seasonal naive's),
and CPU seconds. Each forecast sees only what lies before its origin; gaps are filled as ours are, from the day before.
Needs numpy and statsforecast. One process, one thread.
"""
import csv
import gzip
import math
import os
import sys
import time

for pool in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMBA_NUM_THREADS"):
    os.environ[pool] = "1"
sys.path = [p for p in sys.path if os.path.abspath(p or ".") != os.path.dirname(os.path.abspath(__file__))]

import numpy as np
from statsforecast.models import AutoARIMA, AutoETS, MSTL


def read(path):
    """Series of a file with columns of times, or with one row a series; and steps a day."""
    opener = gzip.open if path.endswith(".gz") else open
    with opener(path, "rt", newline="") as file:
        rows = list(csv.reader(file))
    if rows[0][0] == "t":
        table = np.array([[float(x) if x else math.nan for x in row] for row in rows[1:]])
        return [trim(table[:, i]) for i in range(1, table.shape[1])], int(86400 / (table[1, 0] - table[0, 0]))
    rows = rows[1:] if rows[0][1] == "V2" else rows
    return [np.array([float(x) for x in row[1:] if x]) for row in rows], 24


def trim(values):
    known = np.flatnonzero(~np.isnan(values))
    return values[known[0] : known[-1] + 1]


def fill(values, day):
    values = values.copy()
    for t in np.flatnonzero(np.isnan(values)):
        values[t] = values[t - day] if t >= day else values[t - 1]
    return values


def seasonal_naive(history, day, horizon):
    return fill(history, day)[-day:][np.arange(horizon) % day]


def forecast(name, history, day, horizon):
    if name == "SeasonalNaive":
        return seasonal_naive(history, day, horizon)
    history = fill(history, day)
    seasons = [day, 7 * day] if len(history) >= 15 * day else [day]
    model = {
        "MSTL": lambda: MSTL(season_length=seasons, trend_forecaster=AutoETS(model="ZZN")),
        "AutoETS": lambda: AutoETS(season_length=day),
        "AutoARIMA": lambda: AutoARIMA(season_length=day),
    }[name]()
    return np.maximum(model.forecast(y=history, h=horizon)["mean"], 0)


def main():
    path, horizon, origins, every, sample = sys.argv[1], *map(int, sys.argv[2:6])
    series, day = read(path)
    series = series[::sample]
    print(f"{len(series)} series, {origins} origins, {horizon} steps ahead")
    naive = None
    for name in ["SeasonalNaive", *sys.argv[6:]]:
        begin = time.process_time()
        smape, mase, ratios, count = 0.0, 0.0, [], 0
        errors = np.zeros(len(series))
        for i, values in enumerate(series):
            for o in range(origins):
                end = len(values) - horizon - o * every
                if end < 2 * day:
                    continue
                history, actual = values[:end], values[end : end + horizon]
                scale = np.nanmean(np.abs(history[day:] - history[:-day]))
                if not scale > 0 or np.all(np.isnan(actual)):
                    continue
                path_ = forecast(name, history, day, horizon)
                both = np.abs(actual) + np.abs(path_)
                off = np.abs(actual - path_)
                smape += np.nanmean(np.where(both > 0, 200 * off / np.where(both > 0, both, 1), 0))
                errors[i] += np.nanmean(off) / scale
                mase += np.nanmean(off) / scale
                count += 1
        naive = errors if naive is None else naive
        known = (naive > 0) & (errors > 0)
        relative = math.exp(np.mean(np.log(errors[known] / naive[known])))
        seconds = time.process_time() - begin
        print(f"{name:14} sMAPE {smape / count:7.3f}  MASE {mase / count:.4f}  relMASE {relative:.4f}  "
              f"{seconds:.1f} CPU s for {count} forecasts, {seconds / count:.3f} each", flush=True)


main()
