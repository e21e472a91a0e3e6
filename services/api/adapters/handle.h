/* Private: the handlers of ask_operations[], one for each operationId. */
#ifndef API_HANDLE_H
#define API_HANDLE_H

#include "ask.h"

/* handle_people.c */
void handle_get_setup(struct ask *ask);
void handle_create_administrator(struct ask *ask);
void handle_sign_in(struct ask *ask);
void handle_get_session(struct ask *ask);
void handle_change_session(struct ask *ask);
void handle_sign_out(struct ask *ask);
void handle_get_me(struct ask *ask);
void handle_list_users(struct ask *ask);
void handle_create_user(struct ask *ask);
void handle_get_user(struct ask *ask);

/* handle_accounts.c */
void handle_change_user(struct ask *ask);
void handle_delete_user(struct ask *ask);
void handle_list_audit(struct ask *ask);
void handle_read_quota(const json_t *quota, struct nt_account *account); /* what is there of it */

/* handle_links.c */
void handle_create_link(struct ask *ask);
void handle_read_link(struct ask *ask);
void handle_use_link(struct ask *ask);
void handle_change_password(struct ask *ask);

/* handle_tokens.c */
void handle_list_sessions(struct ask *ask);
void handle_end_session(struct ask *ask);
void handle_list_tokens(struct ask *ask);
void handle_create_token(struct ask *ask);
void handle_revoke_token(struct ask *ask);

/* handle_servers.c */
void handle_get_catalogue(struct ask *ask);
void handle_list_servers(struct ask *ask);
void handle_get_server(struct ask *ask);
void handle_get_server_access(struct ask *ask);
void handle_list_server_events(struct ask *ask);

/* handle_terminal.c */
void handle_open_terminal(struct ask *ask);
void terminals_close(struct desk *desk); /* hangs up on all browsers */

/* handle_files.c */
void handle_get_server_logs(struct ask *ask);
void handle_list_files(struct ask *ask);
void handle_read_file(struct ask *ask);
void handle_write_file(struct ask *ask);
void handle_delete_file(struct ask *ask);
void handle_download_archive(struct ask *ask);
void handle_get_upload(struct ask *ask);
void handle_upload_piece(struct ask *ask);
void handle_make_folder(struct ask *ask);
void handle_rename_file(struct ask *ask);

/* handle_events.c */
/* ?owner=: whose things are asked for; NULL: everybody's. False: answered. */
bool handle_owner(struct ask *ask, const char **ret_owner);
void handle_list_events(struct ask *ask);

/* handle_preview.c */
void handle_preview_server(struct ask *ask);

/* handle_wishes.c */
void handle_create_server(struct ask *ask);
void handle_rename_server(struct ask *ask);
void handle_delete_server(struct ask *ask);
void handle_start_server(struct ask *ask);
void handle_stop_server(struct ask *ask);
void handle_restart_server(struct ask *ask);
void handle_resize_server(struct ask *ask);
void handle_move_server(struct ask *ask);
void handle_stay_server(struct ask *ask);
void handle_defer_server(struct ask *ask);
void handle_consent_server(struct ask *ask);
void handle_pin_server(struct ask *ask);
void handle_cordon_host(struct ask *ask);
void handle_set_host_role(struct ask *ask);
void handle_change_pool(struct ask *ask);

/* handle_load.c */
void handle_get_server_load(struct ask *ask);
void handle_get_host_load(struct ask *ask);
void handle_get_server_forecast(struct ask *ask);
void handle_get_host_forecast(struct ask *ask);
void handle_get_tide(struct ask *ask);
void handle_get_server_log(struct ask *ask);
void handle_get_host_log(struct ask *ask);
void handle_get_server_habits(struct ask *ask);
void handle_get_host_habits(struct ask *ask);

/* handle_fleet.c */
void handle_list_hosts(struct ask *ask);
void handle_get_host(struct ask *ask);
void handle_list_windows(struct ask *ask);
void handle_list_moves(struct ask *ask);
void handle_list_plans(struct ask *ask);
void handle_get_plan(struct ask *ask);
void handle_get_pool(struct ask *ask);
void handle_list_tasks(struct ask *ask);
void handle_get_task(struct ask *ask);
void handle_get_openapi(struct ask *ask);
void handle_get_asyncapi(struct ask *ask);

/* handle_console.c */
void handle_run_console(struct ask *ask);
void handle_complete_console(struct ask *ask);

/* hub.c */
void handle_stream_events(struct ask *ask);

#endif
