/* `shell`: this process becomes ssh; where there is no ssh, its command is shown. */
#include "local.h"

#include <nt/text.h>
#include <string.h>

/* What the installation says is an argument of a program here: never one of its options. */
static bool is_plain(const char *text)
{
    return text != NULL && text[0] != '\0' && text[0] != '-' &&
           strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._:") ==
               strlen(text);
}

enum verb_exit shell_become(struct client *client, const json_t *ssh)
{
    const char *host = json_string_value(json_object_get(ssh, "host"));
    const char *user = json_string_value(json_object_get(ssh, "user"));
    const char *command = json_string_value(json_object_get(ssh, "command"));
    int port_number = (int)json_integer_value(json_object_get(ssh, "port"));
    const char *port = nt_arena_printf(&client->arena, "%d", port_number);
    if (isatty(STDIN_FILENO) && isatty(STDOUT_FILENO) && is_plain(host) && is_plain(user)) {
        (void)execlp("ssh", "ssh", "-p", port, "-l", user, "--", host, (char *)NULL);
        client_tell(client, strerror(errno));
    }
    (void)printf("%s\n", command == NULL ? "" : command);
    return VERB_DONE;
}
