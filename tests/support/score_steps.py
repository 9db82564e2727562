"""Redoes the arithmetic of `pidometer explain`: from the printed quantities of a window to its score."""

import math

LN10 = math.log(10)
MOST = 9999
LEVELS = ("informational", "low", "medium", "high", "critical")


def continued_fraction(a, b, x):
    """Of the incomplete beta function (Lentz)."""
    tiny = 1e-300
    c, d = 1.0, 1 - (a + b) * x / (a + 1)
    d = 1 / (d if abs(d) > tiny else tiny)
    h = d
    for m in range(1, 20000):
        for step in (m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
                     -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))):
            d = 1 + step * d
            c = 1 + step / c
            d = 1 / (d if abs(d) > tiny else tiny)
            c = c if abs(c) > tiny else tiny
            h *= c * d
        if abs(c * d - 1) < 1e-15:
            break
    return h


def log_beta_tail(a, b, x):
    """ln I_x(a, b)."""
    front = math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x)
    if x < (a + 1) / (a + b + 2):
        return front + math.log(continued_fraction(a, b, x) / a)
    return math.log1p(-math.exp(front) * continued_fraction(b, a, 1 - x) / b)


def log_gamma_tail(a, x):
    """ln of the lower incomplete gamma function P(a, x)."""
    term = total = 1 / a
    n = a
    while term > total * 1e-16:
        n += 1
        term *= x / n
        total += term
    return math.log(total) + a * math.log(x) - x - math.lgamma(a)


def t_tail(t, degrees):
    """-log10 of the upper tail of Student's t."""
    if t <= 0:
        return 0
    tail = log_beta_tail(degrees / 2, 0.5, degrees / (degrees + t * t)) - math.log(2)
    return min(MOST, -tail / LN10)


def count_score(q, excess):
    x = q["m"] + excess
    if excess <= 0:
        return 0
    k = q.get("k", 0)
    tail = log_beta_tail(x, k, 1 - q["m"] / q["V"]) if k else log_gamma_tail(x, q["m"])
    if tail < -200 * LN10:
        rest = (x + k) * math.log((x + k) / (q["m"] + k)) if k else x - q["m"]
        tail = rest - x * math.log(x / q["m"])
    return min(MOST, max(0, -tail / LN10))


def tail_score(q, excess, bursty):
    """By the tails of counts and bursts, for the variance V and the mean M of `q`."""
    score = count_score(q, excess)
    if bursty > 0:
        sigma = math.log1p(q["V"] / q["M"] ** 2)
        tail = math.erfc((math.log1p(excess / q["M"]) + sigma / 2) / math.sqrt(2 * sigma)) / 2
        bursts = min(MOST, -math.log10(tail)) if tail > 0 else MOST
        if bursts < score:
            count = min(score, max(bursts, q["count_most"]))
            score -= bursty * (score - bursts - q["count_share"] * (count - bursts))
    return score


def tails_of(q, variance, mean):
    """`q` with another variance and mean."""
    part = {"V": variance, "M": mean, "m": min(mean, variance)}
    part |= {name: q.get(name) for name in ("count_share", "count_most")}
    if variance > part["m"] * 1.0001:
        part["k"] = part["m"] ** 2 / (variance - part["m"])
    return part


def tail_if_known(q):
    """By the tails alone, did the jobs that are not known cost what is expected of them."""
    known = {**tails_of(q, q["V_if_known"], q["M_if_known"]),
             "count_share": q.get("share_if_known"), "count_most": q.get("most_if_known")}
    bursty = min(1, (known["V"] / known["M"] - 1.5) / 1.5) if "share_if_known" in q else 0
    return tail_score(known, q["R"], bursty)


def parts_score(q, excess, bursty, share):
    """At this share of what is known from few; the scores of the rest, of that part, and of both."""
    known = 1 - q["few_variance"] / q["V"]
    rest = tails_of(q, known * q["V"], known * q["M"])
    known = tail_score(rest, (1 - share) * excess, bursty)
    few = t_tail(share * excess / math.sqrt(q["few_variance"]), q["degrees"])
    smaller, apart = min(known, few), abs(known - few)
    return known, few, smaller - math.log10(1 + 10 ** -apart)


def raw_score(q, excess):
    """No less than what lies beyond the dearest of the other runs of a job at an odd minute."""
    score = limited_score(q, excess)
    if "beyond_V" in q and excess > q["beyond"]:
        beyond = {**tails_of(q, q["beyond_V"], q["beyond_M"]), "few_variance": q["beyond_few"],
                  "degrees": q["beyond_degrees"]}
        score = max(score, limited_score(beyond, excess - q["beyond"]))
    return score


def limited_score(q, excess):
    """By the tails, and no more than what is known from few allows."""
    bursty = min(1, (q["V"] / q["M"] - 1.5) / 1.5) if q["M"] >= 3 and q.get("count_share") is not None else 0
    score = tail_score(q, excess, bursty)
    if not q.get("degrees") or q["few_variance"] <= 0:
        return score
    most = t_tail(excess / math.sqrt(q["few_variance"] if q["few_variance"] <= 0.05 * q["V"] else q["V"]), q["degrees"])
    if q["few_variance"] < q["V"]:
        less, more = 0, 1
        for _ in range(16):
            known, few, both = parts_score(q, excess, bursty, (less + more) / 2)
            less, more = ((less + more) / 2, more) if few < known else (less, (less + more) / 2)
        most = max(most, both)
    if "open" in q and excess > q["open"]:
        beyond = {**tails_of(q, q["V"] - q["guessed_variance"], q["M"]), "few_variance": q["sure_few"],
                  "degrees": q["sure_degrees"]}
        most = max(most, limited_score(beyond, excess - q["open"]))
    return min(score, most)


def own_score(q, excess):
    """The score of a window with this excess, before anything explains it."""
    return min(MOST, max(0, raw_score(q, excess) * q["shrink"] - 0.65 * math.log10(q["width"])))


def number_score(count, mean):
    if mean >= count:
        return 0
    return max(0, -(count * math.log(mean) - mean - math.lgamma(count + 1)
                    - math.log1p(-mean / (count + 1))) / LN10)


def beyond_others(q, name):
    """Of what a job's run at an odd minute explains: what is beyond the dearest of its other runs."""
    beyond = q.get(f"{name}_beyond_R", 0)
    return own_score(q, min(q["R"], beyond + q.get("beyond", 0))) if beyond > 0 else 0


def final_score(q):
    score = own_score(q, q["R"])
    for name in ("spill", "habit"):
        if f"{name}_of" in q:
            left = -math.log10(q[f"{name}_seen"] / q[f"{name}_of"])
            score = min(score, max(left, beyond_others(q, name)))
    if "total_t" in q:
        score = min(score, max(t_tail(q["total_t"], q["total_degrees"]), beyond_others(q, "total")))
    if "rest_R" in q:
        score = min(score, max(q["jobs_score"], own_score(q, q["rest_R"])))
    if "bursts" in q:
        size = min(t_tail(q["bursts_t"], q["bursts_degrees"]), q["bursts_by_pids"])
        chance = number_score(q["bursts"], q["bursts_mean"]) + max(0, size - math.log10(q["bursts"]))
        score = min(score, max(chance, own_score(q, q["bursts_rest_R"])))
    return score


def score_over_log(score, looks):
    if score <= 0:
        return 0
    if math.log10(looks) - score < -12:
        return min(score, score - math.log10(looks))
    return min(score, max(0, -math.log10(-math.expm1(looks * math.log1p(-10 ** -score)))))
