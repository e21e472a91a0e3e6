/* What /proc says about the machine and about a process's network. Formats: proc(5). Pure. */
#ifndef COLLECTOR_PROC_H
#define COLLECTOR_PROC_H

#include <nt/span.h>

struct proc_cpu {
    uint64_t busy_ticks;   /* 1/100 s over all processors; without idle and waiting for disks */
    uint64_t stolen_ticks; /* taken by the hypervisor; not part of busy */
    unsigned processors;
};

/* /proc/stat. -EINVAL when it has no "cpu" line. */
int proc_parse_stat(struct nt_span text, struct proc_cpu *ret_cpu);

struct proc_memory {
    uint64_t total_bytes;
    uint64_t available_bytes;
};

/* /proc/meminfo. -EINVAL when MemTotal or MemAvailable is absent. */
int proc_parse_meminfo(struct nt_span text, struct proc_memory *ret_memory);

/*
 * /proc/<pid>/net/dev: bytes over all interfaces but the loopback. only_uplinks also leaves out
 * bridges and the host's ends of containers' pairs, or every byte would count twice.
 */
int proc_parse_net(struct nt_span text, bool only_uplinks, uint64_t *ret_rx, uint64_t *ret_tx);

/* /proc/pressure/cpu or a group's cpu.pressure: per cent of the last 10 s in which some waited. */
int proc_parse_pressure(struct nt_span text, double *ret_some_pct);

#endif
