/* Bodies of requests: whatever comes is refused with a problem, or fits its table. */
#include <api/body.h>
#include <api/route.h>

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    const struct route *route = &routes[data[0] % routes_count];
    struct problem problem = {0};
    json_t *json = NULL;
    int code = body_read((struct nt_span){.data = data + 1, .len = size - 1}, "application/json",
                         route->body, &json, &problem);
    assert((code == 0) == (json != NULL));
    assert((code == 0) == (problem.code == NULL));
    if (code < 0) {
        json_t *text = problem_to_json(&problem, NT_LANGUAGE_KO, "");
        assert(text != NULL && problem_status(&problem) >= 400);
        json_decref(text);
    }
    json_decref(json);
    problem_deinit(&problem);
    return 0;
}
