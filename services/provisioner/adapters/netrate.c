#include <provisioner/netrate.h>

#include <fcntl.h>
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    MESSAGE_MAX = 32 << 10,
    BURST_MIN = 32 << 10, /* one segment of a large send, whatever the rate */
    TIMEOUT_S = 5,
};

struct request {
    struct nlmsghdr head;
    union {
        struct tcmsg tc;
        struct ifinfomsg link;
    };
    uint8_t attributes[512];
};

struct link {
    int index; /* in its own namespace */
    int peer;  /* the other end's, in the other */
};

/* --- netlink ---------------------------------------------------------------------------------- */

/* In another namespace: a socket stays where it was made, whoever uses it. */
static int open_in(int netns)
{
    int own = -1;
    if (netns >= 0) {
        own = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
        if (own < 0)
            return -errno;
        if (setns(netns, CLONE_NEWNET) < 0) {
            int error = -errno;
            (void)close(own);
            return error;
        }
    }
    int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
    int error = fd < 0 ? -errno : 0;
    if (own >= 0 && setns(own, CLONE_NEWNET) < 0)
        abort(); /* this thread would go on in the wrong network */
    if (own >= 0)
        (void)close(own);
    if (fd < 0)
        return error;
    const struct timeval patience = {.tv_sec = TIMEOUT_S};
    (void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
    return fd;
}

static struct rtattr *add(struct request *request, int type, const void *data, size_t len)
{
    struct rtattr *attribute =
        (struct rtattr *)((uint8_t *)request + NLMSG_ALIGN(request->head.nlmsg_len));
    attribute->rta_type = (unsigned short)type;
    attribute->rta_len = (unsigned short)RTA_LENGTH(len);
    if (len > 0)
        memcpy(RTA_DATA(attribute), data, len);
    request->head.nlmsg_len = NLMSG_ALIGN(request->head.nlmsg_len) + RTA_ALIGN(RTA_LENGTH(len));
    return attribute;
}

/* Sends, and gives every message of the answer; returns 0 or the kernel's refusal. */
static int ask(int fd, struct request *request,
               void (*on_message)(void *arg, const struct nlmsghdr *message), void *arg)
{
    static _Alignas(struct nlmsghdr) _Thread_local uint8_t answer[MESSAGE_MAX];
    request->head.nlmsg_flags |= NLM_F_REQUEST;
    if (send(fd, request, request->head.nlmsg_len, 0) < 0)
        return -errno;
    for (;;) {
        ssize_t len = recv(fd, answer, sizeof(answer), 0);
        if (len < 0)
            return -errno;
        int left = (int)len;
        for (struct nlmsghdr *at = (struct nlmsghdr *)answer; NLMSG_OK(at, (unsigned)left);
             at = NLMSG_NEXT(at, left)) {
            if (at->nlmsg_type == NLMSG_DONE)
                return 0;
            if (at->nlmsg_type == NLMSG_ERROR)
                return ((const struct nlmsgerr *)NLMSG_DATA(at))->error;
            if (on_message != NULL)
                on_message(arg, at);
        }
    }
}

/* --- interfaces ------------------------------------------------------------------------------- */

static void on_link(void *arg, const struct nlmsghdr *message)
{
    struct link *found = arg;
    const struct ifinfomsg *info = NLMSG_DATA(message);
    int left = (int)IFLA_PAYLOAD(message);
    if (message->nlmsg_type != RTM_NEWLINK || (info->ifi_flags & IFF_LOOPBACK) != 0 ||
        found->index != 0)
        return;
    for (const struct rtattr *at = IFLA_RTA(info); RTA_OK(at, left); at = RTA_NEXT(at, left)) {
        if (at->rta_type != IFLA_LINK)
            continue;
        memcpy(&found->peer, RTA_DATA(at), sizeof(found->peer));
        found->index = info->ifi_index;
    }
}

static int find_pair(int fd, struct link *ret_link)
{
    struct request request = {
        .head = {.nlmsg_len = NLMSG_LENGTH(sizeof(request.link)),
                 .nlmsg_type = RTM_GETLINK,
                 .nlmsg_flags = NLM_F_DUMP},
        .link = {.ifi_family = AF_UNSPEC},
    };
    *ret_link = (struct link){0};
    int result = ask(fd, &request, on_link, ret_link);
    return result == 0 && (ret_link->index == 0 || ret_link->peer == 0) ? -ENODEV : result;
}

/* --- buckets ---------------------------------------------------------------------------------- */

struct bucket {
    int index;
    int64_t bps; /* 0: none */
};

static void on_bucket(void *arg, const struct nlmsghdr *message)
{
    struct bucket *bucket = arg;
    const struct tcmsg *tc = NLMSG_DATA(message);
    int left = (int)TCA_PAYLOAD(message);
    const struct rtattr *options = NULL;
    bool is_tbf = false;
    if (message->nlmsg_type != RTM_NEWQDISC || tc->tcm_ifindex != bucket->index ||
        tc->tcm_parent != TC_H_ROOT)
        return;
    for (const struct rtattr *at = TCA_RTA(tc); RTA_OK(at, left); at = RTA_NEXT(at, left)) {
        if (at->rta_type == TCA_KIND)
            is_tbf = strcmp(RTA_DATA(at), "tbf") == 0;
        else if (at->rta_type == TCA_OPTIONS)
            options = at;
    }
    if (!is_tbf || options == NULL)
        return;
    left = (int)RTA_PAYLOAD(options);
    for (const struct rtattr *at = RTA_DATA(options); RTA_OK(at, left); at = RTA_NEXT(at, left)) {
        uint64_t bytes_64 = 0;
        if (at->rta_type == TCA_TBF_PARMS && bucket->bps == 0)
            bucket->bps = (int64_t)((const struct tc_tbf_qopt *)RTA_DATA(at))->rate.rate * 8;
        if (at->rta_type != TCA_TBF_RATE64)
            continue;
        memcpy(&bytes_64, RTA_DATA(at), sizeof(bytes_64));
        bucket->bps = (int64_t)bytes_64 * 8;
    }
}

static int read_bucket(int fd, int index, int64_t *ret_bps)
{
    struct bucket bucket = {.index = index};
    struct request request = {
        .head = {.nlmsg_len = NLMSG_LENGTH(sizeof(request.tc)),
                 .nlmsg_type = RTM_GETQDISC,
                 .nlmsg_flags = NLM_F_DUMP},
        .tc = {.tcm_family = AF_UNSPEC, .tcm_ifindex = index},
    };
    int result = ask(fd, &request, on_bucket, &bucket);
    *ret_bps = bucket.bps;
    return result;
}

static int remove_bucket(int fd, int index)
{
    struct request request = {
        .head = {.nlmsg_len = NLMSG_LENGTH(sizeof(request.tc)),
                 .nlmsg_type = RTM_DELQDISC,
                 .nlmsg_flags = NLM_F_ACK},
        .tc = {.tcm_family = AF_UNSPEC, .tcm_ifindex = index, .tcm_parent = TC_H_ROOT},
    };
    int result = ask(fd, &request, NULL, NULL);
    return result == -ENOENT || result == -EINVAL ? 0 : result; /* there is none */
}

static int set_bucket(int fd, int index, int64_t bps)
{
    uint64_t bytes = (uint64_t)bps / 8;
    uint32_t burst = bytes / 100 > BURST_MIN ? (uint32_t)(bytes / 100) : (uint32_t)BURST_MIN;
    const struct tc_tbf_qopt options = {
        /* With the link layer said, the kernel computes for itself what once was a table. */
        .rate = {.linklayer = TC_LINKLAYER_ETHERNET,
                 .rate = bytes > UINT32_MAX ? UINT32_MAX : (uint32_t)bytes},
        .limit = burst + (uint32_t)(bytes / 20), /* 50 ms of queue */
    };
    struct request request = {
        .head = {.nlmsg_len = NLMSG_LENGTH(sizeof(request.tc)),
                 .nlmsg_type = RTM_NEWQDISC,
                 .nlmsg_flags = NLM_F_ACK | NLM_F_CREATE | NLM_F_REPLACE},
        .tc = {.tcm_family = AF_UNSPEC,
               .tcm_ifindex = index,
               .tcm_handle = 1 << 16,
               .tcm_parent = TC_H_ROOT},
    };
    (void)add(&request, TCA_KIND, "tbf", 4);
    struct rtattr *nest = add(&request, TCA_OPTIONS, NULL, 0);
    (void)add(&request, TCA_TBF_PARMS, &options, sizeof(options));
    (void)add(&request, TCA_TBF_BURST, &burst, sizeof(burst));
    if (bytes >= UINT32_MAX)
        (void)add(&request, TCA_TBF_RATE64, &bytes, sizeof(bytes));
    nest->rta_len =
        (unsigned short)((uint8_t *)&request + request.head.nlmsg_len - (uint8_t *)nest);
    return ask(fd, &request, NULL, NULL);
}

/* bps in whole bytes a second is what a bucket holds. */
static int bring_to(int fd, int index, int64_t bps, int64_t *ret_bps)
{
    int result = read_bucket(fd, index, ret_bps);
    if (result < 0 || *ret_bps == bps / 8 * 8)
        return result;
    result = bps < 8 ? remove_bucket(fd, index) : set_bucket(fd, index, bps);
    return result < 0 ? result : read_bucket(fd, index, ret_bps);
}

/* --- one container ---------------------------------------------------------------------------- */

int netrate_open(int64_t pid)
{
    char path[64];
    if (pid <= 1)
        return -ESRCH;
    (void)snprintf(path, sizeof(path), "/proc/%lld/ns/net", (long long)pid);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    return fd < 0 ? -errno : fd;
}

static bool is_own(int netns)
{
    struct stat own;
    struct stat other;
    return stat("/proc/thread-self/ns/net", &own) < 0 || fstat(netns, &other) < 0 ||
           (own.st_dev == other.st_dev && own.st_ino == other.st_ino);
}

int netrate_apply(int netns, const struct netrate *wanted, struct netrate *ret_now,
                  struct nt_error *err)
{
    struct link pair;
    struct netrate now = {0};
    if (is_own(netns))
        return nt_fail(err, -EPERM, "the server is in this host's own network");
    NT_CLEANUP(nt_close_p) int inside = open_in(netns);
    NT_CLEANUP(nt_close_p) int outside = open_in(-1);
    if (inside < 0 || outside < 0)
        return nt_fail(err, inside < 0 ? inside : outside, "entering the server's network: %s",
                       strerror(inside < 0 ? -inside : -outside));
    int result = find_pair(inside, &pair);
    if (result == 0)
        result = bring_to(inside, pair.index, wanted->up_bps, &now.up_bps);
    if (result == 0)
        result = bring_to(outside, pair.peer, wanted->down_bps, &now.down_bps);
    if (result < 0)
        return nt_fail(err, result, "limiting the server's network: %s", strerror(-result));
    *ret_now = now;
    return 0;
}
