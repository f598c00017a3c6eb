"""The recommender and its peers on the same files, one after the other. `--help` says how."""

import argparse
import json
import multiprocessing
import os
import resource
import subprocess
import sys
import time
from pathlib import Path

for threads in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(threads, "1")

import data
import models
import sessions

EVALUATE = Path(__file__).parents[2] / "target/release/evaluate"


def arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--train", required=True, help="what to learn from, Personalize's CSV")
    parser.add_argument("--test", required=True, help="what should have been recommended")
    parser.add_argument("--sessions", action="store_true", help="USER_ID is a session")
    parser.add_argument("--fast", action="store_true", help="do not choose parameters")
    parser.add_argument("--peers", help="only those, separated by commas")
    parser.add_argument("--evaluate", default=EVALUATE, help="the recommender's binary")
    return parser.parse_args()


def known_users(model, train, test, keep_known):
    """NDCG@10 and the times of the answers, one user at a time."""
    shop = data.Shop.of(train)
    started = time.process_time()
    model.fit(shop.matrix)
    trained = time.process_time() - started
    gain, times = 0.0, []
    for user, events in test.items():
        if user not in shop.users:
            continue
        started = time.perf_counter()
        answer = model.ask(shop.users[user], keep_known)
        times.append(time.perf_counter() - started)
        gain += data.ndcg(list(answer), {shop.items.get(item, -1) for _, item in events})
    return gain / len(test), trained, times


def next_clicks(model, train, test, _):
    """MRR@20 and the times of the answers, one prefix at a time."""
    started = time.process_time()
    model.fit(train)
    trained = time.process_time() - started
    rank, times = 0.0, []
    for events in test.values():
        clicks = [item for _, item in events]
        for place in range(1, len(clicks)):
            started = time.perf_counter()
            answer = model.ask(clicks[:place])
            times.append(time.perf_counter() - started)
            if clicks[place] in answer:
                rank += 1 / (answer.index(clicks[place]) + 1)
    return rank / len(times), trained, times


def measure(name, choices, args, result):
    """Chooses parameters, then trains on everything and asks; in a process of its own."""
    train, test = data.read(args.train), data.read(args.test)
    ask = next_clicks if args.sessions else known_users
    hold_out = data.hold_out_newest if args.sessions else data.hold_out_last
    keep_known = args.sessions or data.comes_back(train, test)
    best = choices[0]
    if not args.fast and len(choices) > 1:
        part, held_out = hold_out(train)
        best = max(choices, key=lambda make: ask(make(), part, held_out, keep_known)[0])
    quality, trained, times = ask(best(), train, test, keep_known)
    times.sort()
    at = lambda part: times[int(len(times) * part)] * 1e6
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    result.put((name, quality, trained, len(times) / sum(times), at(0.5), at(0.99), peak))


def recommender(args):
    """The same line for the engine of this repository."""
    command = [args.evaluate, "--train", args.train, "--test", args.test, "--json"]
    command += ["--recipe", "user-personalization"] + ["--sessions"] * args.sessions
    found = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
    quality = found["mrr" if args.sessions else "ndcg"]
    names = "train_seconds", "recommendations_per_second", "p50_micros", "p99_micros", "peak_rss_mib"
    return ("recommender", quality, *(found[name] for name in names))


def show(line):
    name, quality, trained, rate, p50, p99, peak = line
    numbers = f"{quality:9.4f}{trained:10.2f}{rate:12,.0f}{p50:10.1f}{p99:10.1f}{peak:8.0f}"
    print(f"{name:18}{numbers}", flush=True)


def main():
    args = arguments()
    if args.sessions:
        peers = {"VS-kNN": sessions.CHOICES}
    else:
        items = {item for events in data.read(args.train).values() for _, item in events}
        peers = models.choices(len(items))
    wanted = args.peers.split(",") if args.peers else list(peers)
    unknown = [name for name in wanted if name not in peers]
    if unknown:
        sys.exit(f"no peer {unknown[0]}; there are {', '.join(peers)}")
    quality = "MRR@20" if args.sessions else "NDCG@10"
    print(f"{'':18}{quality:>9}{'train s':>10}{'answers/s':>12}{'p50 µs':>10}{'p99 µs':>10}{'MiB':>8}")
    show(recommender(args))
    context = multiprocessing.get_context("fork")
    for name in wanted:
        result = context.Queue()
        process = context.Process(target=measure, args=(name, peers[name], args, result))
        process.start()
        show(result.get())
        process.join()


if __name__ == "__main__":
    main()
