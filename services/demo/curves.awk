# The recorded curves that the demonstration and the tide test play: host-1 carries a background and two servers whose sum
# passes 90 % of its CPU from 13:00 to 16:00 on every day, and spare-1 is nearly idle. Seven days in
# steps of five minutes.
#
#   awk -v cpu_milli=1000 -v lunch=0.06 -f curves.awk > curves.csv
#
# cpu_milli: the capacity of one host. lunch: the share of it by which each server rests from 11:45 to
# 12:15, so that there is a best moment to move it; 0 where it is not given.

# 0 outside from..to (hours), 1 inside, with slopes of half an hour before and after.
function plateau(hour, from, to,    rise, fall) {
    rise = (hour - from) / 0.5 + 1
    fall = (to - hour) / 0.5 + 1
    if (fall < rise) rise = fall
    return rise < 0 ? 0 : rise > 1 ? 1 : rise
}

# -1 to 1, the same in every run: a small linear congruential generator for each subject.
function noise(at) {
    state[at] = (state[at] * 16807) % 2147483647
    return state[at] / 1073741824 - 1
}

function subject(name, quiet, busy, wobble) {
    count++
    names[count] = name
    low[count] = quiet; high[count] = busy; jitter[count] = wobble
    state[count] = 4211 + 7919 * count
}

BEGIN {
    # Shares of a host's CPU: quiet, in the window, noise. In the window: 0.43 + 0.33 + 0.21 = 0.97.
    subject("host:host-1", 0.30, 0.43, 0.008)
    subject("host:spare-1", 0.05, 0.06, 0.004)
    subject("server:tide-web", 0.08, 0.33, 0.008)
    subject("server:tide-lab", 0.10, 0.21, 0.008)
    line = "t_s"
    for (at = 1; at <= count; at++) line = line "," names[at]
    print line
    for (t = 0; t < 7 * 86400; t += 300) {
        line = t
        for (at = 1; at <= count; at++) {
            hour = (t % 86400) / 3600
            share = low[at] + (high[at] - low[at]) * plateau(hour, 13, 16) + jitter[at] * noise(at)
            if (names[at] ~ /^server:/) share -= lunch * plateau(hour, 11.75, 12.25)
            line = line sprintf(",%d", share < 0 ? 0 : share * cpu_milli + 0.5)
        }
        print line
    }
}
