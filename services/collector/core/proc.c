#include <collector/proc.h>
#include <collector/scan.h>

#include <nt/text.h>

int proc_parse_stat(struct nt_span text, struct proc_cpu *ret_cpu)
{
    enum { USER, NICE, SYSTEM, IDLE, IOWAIT, IRQ, SOFTIRQ, STEAL, FIELDS };
    struct proc_cpu cpu = {0};
    bool has_sum = false;
    struct nt_span line;
    while (scan_line(&text, &line)) {
        struct nt_span word;
        if (!scan_word(&line, &word) || !scan_starts(word, "cpu"))
            continue;
        if (!scan_is(word, "cpu")) {
            cpu.processors++;
            continue;
        }
        uint64_t ticks[FIELDS] = {0};
        for (size_t i = 0; i < FIELDS && scan_word(&line, &word); i++) {
            if (scan_u64(word, &ticks[i]) < 0)
                return -EINVAL;
        }
        cpu.busy_ticks = ticks[USER] + ticks[NICE] + ticks[SYSTEM] + ticks[IRQ] + ticks[SOFTIRQ];
        cpu.stolen_ticks = ticks[STEAL];
        has_sum = true;
    }
    if (!has_sum || cpu.processors == 0)
        return -EINVAL;
    *ret_cpu = cpu;
    return 0;
}

/* "Name:   123 kB" */
static bool take_kib(struct nt_span line, const char *name, uint64_t *ret_bytes)
{
    struct nt_span word;
    uint64_t kib = 0;
    if (!scan_word(&line, &word) || !scan_is(word, name) || !scan_word(&line, &word) ||
        scan_u64(word, &kib) < 0)
        return false;
    return !__builtin_mul_overflow(kib, UINT64_C(1024), ret_bytes);
}

int proc_parse_meminfo(struct nt_span text, struct proc_memory *ret_memory)
{
    struct proc_memory memory = {0};
    bool has_total = false;
    bool has_available = false;
    struct nt_span line;
    while (scan_line(&text, &line)) {
        has_total |= take_kib(line, "MemTotal:", &memory.total_bytes);
        has_available |= take_kib(line, "MemAvailable:", &memory.available_bytes);
    }
    if (!has_total || !has_available)
        return -EINVAL;
    *ret_memory = memory;
    return 0;
}

static bool is_counted(struct nt_span name, bool only_uplinks)
{
    static const char *const inner[] = {"veth", "docker", "br-", "virbr", "ifb", "tun", "dummy"};
    if (scan_is(name, "lo"))
        return false;
    for (size_t i = 0; only_uplinks && i < NT_COUNT(inner); i++) {
        if (scan_starts(name, inner[i]))
            return false;
    }
    return true;
}

int proc_parse_net(struct nt_span text, bool only_uplinks, uint64_t *ret_rx, uint64_t *ret_tx)
{
    enum { RX_BYTES = 0, TX_BYTES = 8, FIELDS = 9 };
    uint64_t rx = 0;
    uint64_t tx = 0;
    struct nt_span line;
    while (scan_line(&text, &line)) {
        struct nt_span name, word;
        if (!scan_until(&line, ':', &name) || !scan_word(&name, &word))
            continue; /* the two lines of headings */
        if (!is_counted(word, only_uplinks))
            continue;
        uint64_t fields[FIELDS];
        for (size_t i = 0; i < FIELDS; i++) {
            if (!scan_word(&line, &word) || scan_u64(word, &fields[i]) < 0)
                return -EINVAL;
        }
        rx += fields[RX_BYTES];
        tx += fields[TX_BYTES];
    }
    *ret_rx = rx;
    *ret_tx = tx;
    return 0;
}

int proc_parse_pressure(struct nt_span text, double *ret_some_pct)
{
    struct nt_span line;
    while (scan_line(&text, &line)) {
        struct nt_span word;
        if (!scan_word(&line, &word) || !scan_is(word, "some"))
            continue;
        while (scan_word(&line, &word)) {
            struct nt_span key;
            char number[32];
            if (!scan_until(&word, '=', &key) || !scan_is(key, "avg10"))
                continue;
            if (!scan_copy(word, number, sizeof(number)))
                return -EINVAL;
            return nt_parse_f64(number, 0, 100, ret_some_pct);
        }
    }
    return -EINVAL;
}
