"""Times resampling libraries and `resample-job` on the same volumes, interleaved, and writes one table.

Called by `cargo xtask bench --peers`, which builds the program and the environment:

    peers.py PROGRAM OUT [--jobs A,B,…] [--rounds N] [--slow]

OUT gets `peers.json` and `peers.md`, and keeps the volumes for the next time. Contenders take turns, so that a change of the machine's mood hits all of them; figures
are medians. The *floor* of a job is (input + output bytes) / 2 at the rate of a one-thread memcpy of the input into a buffer
that has been written before, measured in the same turns. Where semantics agree the results are compared, and a contender
that answers otherwise is marked.
"""

import argparse
import json
import statistics
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import cv2
import numpy as np
import tensorstore as ts
import tinybrain
from scipy.spatial import cKDTree
from skimage.transform import rescale

try:  # A CPU build is not on PyPI for every platform.
    import torch
except (ImportError, ValueError, OSError):
    torch = None

JOBS = {
    # id: (dtype, side, method, zoom per axis)
    "mean222_u8_512": ("uint8", 512, "mean", (1 / 2,) * 3),
    "mean122_u8_512": ("uint8", 512, "mean", (1, 1 / 2, 1 / 2)),
    "mean222_f32_256": ("float32", 256, "mean", (1 / 2,) * 3),
    "mode222_u64_256": ("uint64", 256, "mode", (1 / 2,) * 3),
    "mode222_u64_512": ("uint64", 512, "mode", (1 / 2,) * 3),
    "mode122_u64_256": ("uint64", 256, "mode", (1, 1 / 2, 1 / 2)),
    "up222_o0_u64_256": ("uint64", 256, 0, (2,) * 3),
    "aa_half_u8_512": ("uint8", 512, 1, (1 / 2,) * 3),
    "aa_half_f32_256": ("float32", 256, 1, (1 / 2,) * 3),
    "up222_o1_f32_256": ("float32", 256, 1, (2,) * 3),
    "r2_3_o1_f32_255": ("float32", 255, 1, (2 / 3,) * 3),
    "up222_o3_f32_128": ("float32", 128, 3, (2,) * 3),
    "r2_3_o3_f32_255": ("float32", 255, 3, (2 / 3,) * 3),
}


def noise(side, rng):
    """Smooth grey values with grain, as electron microscopy has them."""
    coarse = rng.normal(size=(side // 8 + 2,) * 3).astype(np.float32)
    smooth = coarse.repeat(8, 0).repeat(8, 1).repeat(8, 2)[:side, :side, :side]
    return np.clip(128 + 30 * smooth + rng.normal(scale=12, size=(side,) * 3).astype(np.float32), 0, 255)


def cells(side, rng):
    """Labels of cells some 20 voxels across; every third voxel of the borders is placed by itself."""
    small = side // 3 + 2
    seeds = rng.uniform(0, small, size=(max(8, small**3 // 340), 3))
    points = np.indices((small,) * 3).reshape(3, -1).T
    nearest = cKDTree(seeds).query(points, workers=-1)[1].reshape((small,) * 3)
    ids = rng.integers(1 << 53, 1 << 63, size=len(seeds), dtype=np.uint64)[nearest]
    return ids.repeat(3, 0).repeat(3, 1).repeat(3, 2)[1 : side + 1, 1 : side + 1, 1 : side + 1]


def volume(dtype, side, folder):
    """The volume and its file, made once."""
    path = folder / f"{dtype}-{side}.raw"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        rng = np.random.default_rng(side)
        made = cells(side, rng) if dtype == "uint64" else noise(side, rng)
        part = path.with_suffix(".part")
        np.ascontiguousarray(made.astype(dtype)).tofile(part)
        part.rename(path)
    return np.fromfile(path, dtype).reshape((side,) * 3), path


def windows(zoom):
    return tuple(round(1 / factor) for factor in zoom)


def halves(function, array, threads):
    """Libraries of one thread get a part of the planes for each thread; a thread of theirs may hold the interpreter."""
    if threads == 1:
        return lambda: function(array)
    cuts = [array.shape[0] // threads // 2 * 2 * k for k in range(threads)] + [array.shape[0]]
    parts = [array[low:high] for low, high in zip(cuts, cuts[1:])]
    pool = ThreadPoolExecutor(threads)
    return lambda: list(pool.map(function, parts))


def tensorstore(array, method, window, threads):
    context = ts.Context({"data_copy_concurrency": {"limit": threads}})
    source = ts.array(array, context=context)
    return lambda: ts.downsample(source, list(window), method).read().result()


def planes(function, array, threads):
    cv2.setNumThreads(threads)
    return lambda: np.stack([function(plane) for plane in array])


def rivals(job, array, threads, slow):
    """Name -> (callable, how it relates to the definition: 'same', 'near' or 'other')."""
    _, side, method, zoom = JOBS[job]
    found = {}
    if method in ("mean", "mode"):
        window = windows(zoom)
        found["tensorstore"] = (tensorstore(array, method, window, threads), "same")
        tiny = tinybrain.downsample_with_averaging if method == "mean" else tinybrain.downsample_segmentation
        run = lambda part: tiny(part.T, window[::-1])[0].T
        # Truncating means, and other ties.
        found["tinybrain"] = (halves(run, array, threads), "other")
    if method == 0:
        shape = [extent for n in array.shape for extent in (n, 2)]
        spread = lambda: np.broadcast_to(array[:, None, :, None, :, None], shape).reshape([2 * n for n in array.shape])
        if threads == 1:
            found["numpy broadcast"] = (spread, "same")
    if method in (1, 3):
        target = tuple(round(side * factor) for factor in zoom[1:])[::-1]
        flag = cv2.INTER_LINEAR if method == 1 else cv2.INTER_CUBIC
        blur = zoom[0] < 1 and abs(zoom[0] - 0.5) < 0.01
        filtered = lambda plane: cv2.GaussianBlur(plane, (5, 5), 0.5) if blur else plane
        found["cv2, 2-D only"] = (planes(lambda plane: cv2.resize(filtered(plane), target, interpolation=flag), array, threads), "other")
        if torch is not None and method == 1 and array.dtype == np.float32:
            torch.set_num_threads(threads)
            tensor = torch.from_numpy(array)[None, None]
            run = lambda: torch.nn.functional.interpolate(tensor, scale_factor=zoom, mode="trilinear", recompute_scale_factor=False)
            found["torch, no anti-aliasing"] = (run, "other")
        if slow and threads == 1:
            anti = zoom[0] < 1
            run = lambda: rescale(array.astype(np.float32), zoom, order=method, mode="reflect", anti_aliasing=anti, preserve_range=True)
            found["skimage"] = (run, "near")
    return found


class Ours:
    def __init__(self, program, job, path, side, threads, reuse):
        self.command = [program, job, str(threads), str(path), *[str(side)] * 3]
        self.options = ["--reuse"] if reuse else []

    def times(self, repetitions, save=None):
        more = ["--save", str(save)] if save else []
        done = subprocess.run(self.command + [str(repetitions), *self.options, *more], check=True, capture_output=True, text=True)
        return [float(line.split()[0]) for line in done.stdout.splitlines()]


def timed(function):
    start = time.perf_counter()
    result = function()
    return time.perf_counter() - start, result


def judge(relation, theirs, ours, dtype):
    if relation == "other" or isinstance(theirs, list):
        return ""
    theirs = np.asarray(theirs)
    if theirs.shape != ours.shape:
        return f" (shape {theirs.shape})"
    if relation == "same" and np.issubdtype(dtype, np.integer):
        return "" if np.array_equal(theirs, ours) else " (differs)"
    limit = 0.51 if np.issubdtype(dtype, np.integer) else 4e-6 * float(np.abs(ours).max())
    worst = float(np.abs(theirs.astype(np.float64) - ours.astype(np.float64)).max())
    return "" if worst <= limit else f" (differs by {worst:.2g})"


def measure(job, arguments, folder):
    dtype, side, _, zoom = JOBS[job]
    array, path = volume(dtype, side, folder / "volumes")
    ours = {
        (threads, reuse): Ours(arguments.program, job, path, side, threads, reuse)
        for threads in (1, 2)
        for reuse in (False, True)
    }
    memcpy = Ours(arguments.program, "memcpy", path, side, 1, False)
    arithmetic = {threads: Ours(arguments.program, "arithmetic", path, side, threads, False) for threads in (1, 2)}
    saved = folder / f"{job}.result"
    ours[1, False].times(1, saved)
    others = {threads: rivals(job, array, threads, arguments.slow) for threads in (1, 2)}
    shape = [int(side * factor + 1e-9) for factor in zoom]
    result = np.fromfile(saved, dtype).reshape(shape)
    times, marks = {}, {}
    note = lambda name, values: times.setdefault(name, []).extend(values)
    for turn in range(arguments.rounds + 1):
        if turn > 0:
            note("memcpy", memcpy.times(5))
            for threads, loop in arithmetic.items():
                note(("arithmetic", threads), loop.times(5))
        for key, contender in ours.items() if turn > 0 else ():
            note(("voxscope", *key), contender.times(3))
        for threads, contenders in others.items():
            for name, (run, relation) in contenders.items():
                cv2.setNumThreads(threads)
                if turn == 0:
                    # Warms up, and is judged. What takes minutes is timed here, once.
                    seconds, theirs = timed(run)
                    marks[name, threads] = judge(relation, theirs, result, array.dtype)
                    del theirs
                    if name == "skimage":
                        note((name, threads), [seconds])
                elif name != "skimage":
                    note((name, threads), [timed(run)[0] for _ in range(2)])
    saved.unlink()
    return report(job, array.nbytes, result.nbytes, times, marks)


def report(job, source, target, times, marks):
    median = {name: statistics.median(values) for name, values in times.items()}
    rate = source / median["memcpy"]
    floor = (source + target) / 2 / rate
    contenders = {f"{name} ×{threads}{marks[name, threads]}": median[name, threads] for name, threads in marks}
    fastest = {
        threads: min((median[key] for key in marks if key[1] == threads), default=None) for threads in (1, 2)
    }
    return {
        "job": job,
        "memcpy_gb_per_s": rate / 1e9,
        "floor_s": floor,
        # Two threads do twice as much.
        "two_threads_of_arithmetic": 2 * median["arithmetic", 1] / median["arithmetic", 2],
        "voxscope_s": {f"{t} thread{'s' * (t > 1)}, {'reused' if r else 'fresh'}": median["voxscope", t, r] for t in (1, 2) for r in (False, True)},
        "others_s": contenders,
        "fastest_other_s": fastest,
    }


def markdown(rows):
    lines = [
        "Times in ms, in brackets as multiples of the floor. *Ahead* is the time of the fastest other over ours, into a fresh result, with as many threads. *Scaling* is our time on one thread over that on two, into a fresh and a reused result, and in brackets that of a loop of arithmetic alone.",
        "",
        "| job | memcpy GB/s | floor | 1 thread | reused | 2 threads | reused | scaling | fastest other, 1 thread | 2 threads | ahead, 1 thread | 2 threads | all others |",
        "|---|---|---|---|---|---|---|---|---|---|---|---|---|",
    ]
    for row in rows:
        floor, ours = row["floor_s"], row["voxscope_s"]
        cell = lambda seconds: f"{seconds * 1e3:.1f} ({seconds / floor:.1f})"
        rivals = [row["fastest_other_s"][threads] for threads in (1, 2)]
        fresh = [ours[f"{threads}, fresh"] for threads in ("1 thread", "2 threads")]
        ahead = ["–" if other is None else f"{other / own:.2f}" for other, own in zip(rivals, fresh)]
        others = ", ".join(f"{name} {seconds * 1e3:.0f}" for name, seconds in row["others_s"].items())
        figures = [cell(ours[key]) for key in ("1 thread, fresh", "1 thread, reused", "2 threads, fresh", "2 threads, reused")]
        fastest = ["–" if other is None else cell(other) for other in rivals]
        first = [f"`{row['job']}`", f"{row['memcpy_gb_per_s']:.1f}", f"{floor * 1e3:.1f}"]
        gain = lambda kind: f"{ours[f'1 thread, {kind}'] / ours[f'2 threads, {kind}']:.2f}"
        figures.append(f"{gain('fresh')}, {gain('reused')} ({row['two_threads_of_arithmetic']:.2f})")
        lines.append("| " + " | ".join([*first, *figures, *fastest, *ahead, others]) + " |")
    return "\n".join(lines) + "\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("program")
    parser.add_argument("out", type=Path)
    parser.add_argument("--jobs", help="ids, separated by commas; all of them unless given")
    parser.add_argument("--rounds", type=int, default=3, help="turns of every contender")
    parser.add_argument("--slow", action="store_true", help="scikit-image too, which takes minutes")
    arguments = parser.parse_args()
    chosen = arguments.jobs.split(",") if arguments.jobs else list(JOBS)
    unknown = [job for job in chosen if job not in JOBS]
    if unknown:
        sys.exit(f"no such job: {', '.join(unknown)}; there are {', '.join(JOBS)}")
    arguments.out.mkdir(parents=True, exist_ok=True)
    rows = []
    for job in chosen:
        print(f"{job} …", file=sys.stderr, flush=True)
        rows.append(measure(job, arguments, arguments.out))
        # After every job, so that nothing is lost when the rest is not waited for.
        (arguments.out / "peers.json").write_text(json.dumps(rows, indent=1) + "\n")
        (arguments.out / "peers.md").write_text(markdown(rows))
    print(markdown(rows))


main()
