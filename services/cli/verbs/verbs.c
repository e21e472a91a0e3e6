/* Every verb: its words, its help in both languages, and the steps that carry it out. */
#include "step.h"

#define SIZES "small medium large"

#define END                                                                                        \
    {                                                                                              \
        0                                                                                          \
    }

/* clang-format off */
static const struct verb_option for_new[] = {
    {"--name", "NAME", NULL, {"its name, which makes its address", "이름. 주소가 됩니다"}},
    {"--size", "SIZE", SIZES, {"how large", "크기"}},
    {"--title", "TITLE", NULL, {"what people read", "사람이 읽을 제목"}},
    {"--no-wait", NULL, NULL, {"do not wait until it runs", "실행될 때까지 기다리지 않음"}}, END};
static const struct verb_option for_wait[] = {
    {"--no-wait", NULL, NULL, {"do not wait for the end", "끝날 때까지 기다리지 않음"}}, END};
static const struct verb_option for_rm[] = {
    {"--yes", NULL, NULL, {"do not ask", "묻지 않음"}}, END};
static const struct verb_option for_servers[] = {
    {"--all", NULL, NULL, {"everybody's (administrators)", "모든 사람의 것 (관리자)"}}, END};
static const struct verb_option for_move[] = {
    {"--at", "TIME", NULL, {"when: 12:40, +30m or 2026-11-24T12:40", "언제: 12:40, +30m, 2026-11-24T12:40"}},
    {"--no-wait", NULL, NULL, {"do not wait for the end", "끝날 때까지 기다리지 않음"}}, END};
static const struct verb_option for_user[] = {
    {"--role", "ROLE", "person admin", {"what they may do", "역할"}},
    {"--cpu", "CPUS", NULL, {"quota, 4 unless said", "CPU 할당량. 기본 4"}},
    {"--memory", "BYTES", NULL, {"quota, 8g unless said", "메모리 할당량. 기본 8g"}},
    {"--servers", "COUNT", NULL, {"quota, 10 unless said", "서버 수 할당량. 기본 10"}}, END};
static const struct verb_option for_token[] = {
    {"--days", "DAYS", NULL, {"how long it works, 90 unless said", "유효 기간(일). 기본 90"}}, END};
static const struct verb_option for_logs[] = {
    {"--follow", NULL, NULL, {"go on as it grows (-f)", "계속 보기 (-f)"}},
    {"--tail", "LINES", NULL, {"so many of the last lines, 200 unless said", "마지막 몇 줄. 기본 200"}}, END};
static const struct verb_option for_tail[] = {
    {"--kafka", "HOST:PORT", NULL, {"read a Kafka topic instead", "Kafka 토픽에서 읽음"}},
    {"--topic", "TOPIC", NULL, {"which; server.events unless said", "토픽. 기본 server.events"}},
    {"--registry", "URL", NULL, {"where its schemas are; the installation's unless said", "스키마 저장소. 기본은 이 설치의 것"}},
    {"--from-start", NULL, NULL, {"what there was, too", "지난 것부터"}},
    {"--count", "COUNT", NULL, {"end after so many", "몇 개 뒤에 끝냄"}}, END};

const struct verb verbs[] = {
    {"login", "NAME", NULL, {"sign in; the session is kept for this person on this machine", "로그인. 이 컴퓨터에 세션을 보관합니다"},
     "login ann", NULL, steps_login, true},
    {"logout", "", NULL, {"end the session", "로그아웃"}, "logout", NULL, steps_logout, true},
    {"me", "", NULL, {"who you are, and your quota", "나와 할당량"}, "me", NULL, steps_me, false},
    {"templates", "", NULL, {"what a server can be made from", "서버를 만들 템플릿"}, "templates", NULL, steps_templates, false},
    {"servers", "", NULL, {"your servers", "내 서버"}, "servers\nservers --all --json", for_servers, steps_servers, false},
    {"new", "TEMPLATE", "shell files web", {"make a server", "새 서버"},
     "new shell --name lab-1\nnew web --name homepage --size medium", for_new, steps_new, false},
    {"start", "SERVER", NULL, {"start it", "시작"}, "start lab-1", for_wait, steps_start, false},
    {"stop", "SERVER", NULL, {"stop it; its files and its address stay", "정지. 파일과 주소는 남습니다"}, "stop lab-1", for_wait, steps_stop, false},
    {"restart", "SERVER", NULL, {"start it anew", "다시 시작"}, "restart lab-1", for_wait, steps_restart, false},
    {"rm", "SERVER", NULL, {"delete it with its files", "파일과 함께 삭제"}, "rm lab-1\nrm lab-1 --yes", for_rm, steps_rm, false},
    {"resize", "SERVER SIZE", SIZES, {"change its size; its CPU at once", "크기 변경. CPU는 바로 바뀝니다"}, "resize lab-1 medium", for_wait, steps_resize, false},
    {"rename", "SERVER TITLE", NULL, {"change what people read; name and address stay", "제목 변경. 이름과 주소는 그대로"},
     "rename lab-1 'Data lab'", NULL, steps_rename, false},
    {"shell", "SERVER", NULL, {"work inside it, by SSH", "SSH로 접속"}, "shell lab-1", NULL, steps_shell, true},
    {"access", "SERVER", NULL, {"its first user name and password", "처음 사용자 이름과 비밀번호"}, "access files-1", NULL, steps_access, false},
    {"stats", "SERVER", NULL, {"how it is: address, allotment, load", "상태: 주소, 배정, 부하"}, "stats lab-1", NULL, steps_stats, false},
    {"logs", "SERVER", NULL, {"what its programs print", "프로그램 출력"}, "logs lab-1\nlogs -f lab-1 --tail 20", for_logs, steps_logs, true},
    {"events", "[SERVER]", NULL, {"what happened", "있었던 일"}, "events\nevents lab-1", NULL, steps_events, false},
    {"events tail", "", NULL, {"what happens, as it happens", "일어나는 일을 실시간으로"},
     "events tail\nevents tail --kafka kafka:9092 --topic forecast.windows --json", for_tail, steps_events_tail, true},
    {"stay", "SERVER", NULL, {"ask that a planned move is dropped", "예정된 이동을 그만두도록 요청"}, "stay lab-1", NULL, steps_stay, false},
    {"defer", "SERVER TIME", NULL, {"ask that a planned move waits", "예정된 이동을 미루도록 요청"}, "defer lab-1 18:00\ndefer lab-1 +2h", NULL, steps_defer, false},
    {"consent", "SERVER", NULL, {"agree to a planned move", "예정된 이동에 동의"}, "consent lab-1", NULL, steps_consent, false},
    {"pin", "SERVER", NULL, {"keep it where it is", "지금 호스트에 고정"}, "pin lab-1", NULL, steps_pin, false},
    {"unpin", "SERVER", NULL, {"let it move again", "고정 해제"}, "unpin lab-1", NULL, steps_unpin, false},
    {"tasks", "", NULL, {"what you asked for in the last 24 h", "최근 24시간의 요청"}, "tasks", NULL, steps_tasks, false},
    {"hosts", "", NULL, {"hosts: load now, and the peak that is expected", "호스트: 지금 부하와 예상 최고"}, "hosts", NULL, steps_hosts, false},
    {"forecast", "HOST", NULL, {"the next 24 h of a host", "호스트의 앞으로 24시간"}, "forecast host-1\nforecast host-1 --json", NULL, steps_forecast, false},
    {"tide", "", NULL, {"are the hosts fine, and what is coming", "호스트는 괜찮은지, 무엇이 오는지"}, "tide", NULL, steps_tide, false},
    {"plans", "", NULL, {"what the balancer planned", "이동 계획"}, "plans", NULL, steps_plans, false},
    {"why", "PLAN", NULL, {"a plan with its reasons, and what was rejected", "계획의 이유와 고르지 않은 것"}, "why PLAN", NULL, steps_why, false},
    {"move", "SERVER HOST", NULL, {"move a server to another host", "다른 호스트로 이동"}, "move lab-1 spare-1\nmove lab-1 spare-1 --at 12:40", for_move, steps_move, false},
    {"cordon", "HOST", NULL, {"a host takes no new servers", "호스트가 새 서버를 받지 않음"}, "cordon host-1", NULL, steps_cordon, false},
    {"uncordon", "HOST", NULL, {"it takes them again", "다시 받음"}, "uncordon host-1", NULL, steps_uncordon, false},
    {"role", "HOST ROLE", "active spare", {"what a host is for", "호스트의 역할"}, "role spare-1 active", NULL, steps_role, false},
    {"mode", "[MODE]", "off suggest automatic", {"what the balancer may do", "밸런서가 할 수 있는 일"}, "mode\nmode automatic", NULL, steps_mode, false},
    {"users", "", NULL, {"people and their quotas", "사용자와 할당량"}, "users", NULL, steps_users, false},
    {"users add", "NAME", NULL, {"a new person; answers the link with which they choose a password", "새 사용자. 비밀번호를 정할 링크를 알려 줍니다"},
     "users add ben --cpu 2 --memory 4g --servers 3", for_user, steps_users_add, false},
    {"users link", "NAME", NULL, {"another link, for a new password", "비밀번호를 다시 정할 링크"}, "users link ben", NULL, steps_users_link, false},
    {"tokens", "", NULL, {"your tokens for programs", "프로그램용 토큰"}, "tokens", NULL, steps_tokens, false},
    {"tokens add", "TITLE", NULL, {"a new one; it is shown this once", "새 토큰. 한 번만 보입니다"}, "tokens add backup --days 30", for_token, steps_tokens_add, false},
    {"tokens rm", "TOKEN", NULL, {"revoke one, by its id", "토큰 취소"}, "tokens rm ID", NULL, steps_tokens_rm, false},
    {"schemas export", "WHERE", NULL, {"write the schemas of all topics to a folder, or a registry's URL", "모든 토픽의 스키마를 폴더나 저장소(URL)에 기록"},
     "schemas export ./schemas\nschemas export http://registry:8081", NULL, steps_schemas_export, true},
    {"completion", "SHELL", "bash zsh", {"print the script that completes words in a shell", "셸 자동 완성 스크립트"},
     "completion bash >/etc/bash_completion.d/neaptide", NULL, steps_completion, true},
};
/* clang-format on */
const size_t verbs_count = NT_COUNT(verbs);
