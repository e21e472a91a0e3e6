/*
 * Writes seeds for fuzz_contract: for each schema some random records, as that target wants them.
 * Usage: contract_seeds FOLDER. Run it again when schemas change.
 */
#include <nt/contract.h>

#include <stdio.h>
#include <stdlib.h>

#include "random_record.h"

#define SEEDS_A_SCHEMA 2

int main(int argc, char **argv)
{
    struct nt_error err = NT_ERROR_INIT;
    struct random random = {.state = 1};
    char path[4096];

    if (argc != 2) {
        (void)fprintf(stderr, "usage: contract_seeds FOLDER\n");
        return EXIT_FAILURE;
    }
    for (size_t i = 0; i < nt_schemas_count; i++) {
        enum nt_topic topic = nt_schemas[i].topic;
        if (nt_schemas[i].id != nt_topics[topic].schema_id)
            continue; /* we write the newest only */
        for (int seed = 0; seed < SEEDS_A_SCHEMA; seed++) {
            NT_CLEANUP(nt_arena_deinit) struct nt_arena arena = {0};
            NT_CLEANUP(nt_buf_deinit) struct nt_buf out = {0};
            const void *record = random_record(&random, &arena, nt_topic_record(topic));
            if (nt_topic_encode(topic, record, &out, &err) < 0)
                return nt_die(&err);
            if (out.len > 4000)
                continue; /* long seeds slow the fuzzer down */
            (void)snprintf(path, sizeof(path), "%s/%s.%d", argv[1], nt_topics[topic].short_name,
                           seed);
            out.data[NT_CONTRACT_PREFIX_SIZE - 1] = (uint8_t)i;
            FILE *file = fopen(path, "we");
            if (file == NULL ||
                fwrite(out.data + NT_CONTRACT_PREFIX_SIZE - 1, 1,
                       out.len - NT_CONTRACT_PREFIX_SIZE + 1,
                       file) != out.len - NT_CONTRACT_PREFIX_SIZE + 1 ||
                fclose(file) != 0) {
                perror(path);
                return EXIT_FAILURE;
            }
        }
    }
    return EXIT_SUCCESS;
}
