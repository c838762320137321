/* load: see the usage below. */
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "crypto/prim/prim.h"
#include "tests/bench/load/load.h"

static const char usage[] =
        "load [OPTIONS] PHASE...\n"
        "The clients of a posternd at 203.0.113.1, in the network namespace it is started in (as root). The namespace\n"
        "needs a way there, and 198.18.0.0/15 as its own: ip route add local 198.18.0.0/15 dev lo. tests/bench/lab.sh\n"
        "makes both ends.\n"
        "\n"
        "  -n N              tunnels (1)\n"
        "  -p N              how many are set up or ended at the same time (32)\n"
        "  --nat[=N]         all, or the first N, from one address, each with a port of its own; else each has an address.\n"
        "                    Both are NAT-T: ESP in UDP 4500\n"
        "  --ike-only        Main Mode and Quick Mode, no L2TP and PPP\n"
        "  --group G         Diffie-Hellman group: 2 (default), 5, 14, 19, 20\n"
        "  --cipher C        of IKE: aes, aes-192, aes-256 (default), 3des\n"
        "  --esp C           of ESP, with SHA-1: aes, aes-256 (default), 3des\n"
        "  --like WHO        PPP habits: windows (default), apple, android, plain\n"
        "  --psk K --user U --password P\n"
        "  --users           each has a user of its own: U0, U1, U2 ...\n"
        "  --patience S      then a client that is not in gives up (60)\n"
        "  --tun NAME        the one client has the product's own packet path, with a TUN device of this name that leads\n"
        "                    through the tunnel to 10.76.0.1\n"
        "  --pid PID         of posternd: every phase then tells what its threads cost\n"
        "\n"
        "Phases, in order; each prints lines \"PHASE.NAME value unit\", with LABEL=PHASE \"LABEL.NAME ...\":\n"
        "  up[:N]            sets up all, or those of the first N, that are not yet up\n"
        "  again:SECONDS     ends and sets up in a circle, all the time\n"
        "  hold:SECONDS      does nothing but answer\n"
        "  in:OPTIONS        traffic from the clients; what the gateway writes to its TUN device is counted there\n"
        "  out:OPTIONS       traffic to the clients, put into the gateway's TUN device from behind\n"
        "                    OPTIONS: seconds=1,size=1400,tunnels=N,burst=40,flows=1,tcp. Both need --pid, and not --tun\n"
        "                    burst: packets of one tunnel in a row; 1: each tunnel in turn. flows: inside a tunnel, in\n"
        "                    turn; what one flow has in a row travels as one large packet as far as a kernel would do it\n"
        "  echo:OPTIONS      echoes through the tunnels: rate=1000 a second, dial=0: so many who are out dial meanwhile\n"
        "  storm:OPTIONS     both at the same time, while tunnels end, come back, vanish and change their keys\n"
        "  run:COMMAND       runs it with sh while the clients live on\n"
        "  off               logs all off\n"
        "  vanish            ends all without a word\n"
        "  memory            what the gateway holds\n"
        "Exit status: 0 when every tunnel that was to come up did.\n";

static struct load load;
/* Windows repeats SCCRQ like this; Main Mode and Quick Mode are repeated after 2, 6, 14, 22 and 30 s, less often than by any
 * client there is. */
static const uint32_t retry_ms[] = {1000, 2000, 4000, 8000, 10000, 0};

/* ------------------------------------------------------------------ set-up and end */

/* Of the set-ups of this phase. */
static void print_times(const char *phase)
{
	figure_times(phase, "time", load.times, load.ntimes);
	if (load.ntimes > 0)
		figure(phase, "began_within", (double)(load.last_us - load.first_us) / 1000, "ms");
}

static void print_failures(const char *phase)
{
	unsigned in[STAGE_N] = {0};
	for (unsigned i = 0; i < load.conf.n; i++)
		in[load.clients[i].stage == STAGE_FAILED ? load.clients[i].failed_in : STAGE_N - 1]++;
	figure(phase, "failed", load.count[STAGE_FAILED], "tunnels");
	for (int s = STAGE_IKE; s <= STAGE_PPP; s++)
		if (in[s] > 0) {
			char name[32];
			snprintf(name, sizeof name, "failed_%s", stage_name((enum stage)s));
			figure(phase, name, in[s], "tunnels");
		}
}

static bool room(const struct load *l)
{
	return l->busy < l->conf.parallel;
}

/* Does it to every client, or the first of them, at most so many at the same time. */
static void each(void (*what)(struct client *c), unsigned n)
{
	for (unsigned i = 0; i < n && i < load.conf.n; i++) {
		what(&load.clients[i]);
		while (!net_until(&load, room, 1000))
			;
	}
	while (!net_until(&load, clients_quiet, 1000))
		;
}

static void dial(struct client *c)
{
	if (c->stage != STAGE_UP)
		client_dial(c);
}

static void print_rate(const char *phase, const struct meter *from, const struct meter *to, unsigned n)
{
	figure(phase, "tunnels", n, "tunnels");
	if (n == 0 || to->n == 0)
		return;
	double cpu = meter_cpu(from, to, NULL);
	figure(phase, "cpu_each", cpu / n * 1000, "ms");
	figure(phase, "per_cpu_s", n / cpu, "1/s");
	figure(phase, "rate", n / ((double)(to->wall_us - from->wall_us) / 1e6), "1/s");
}

static void phase_up(const char *phase, unsigned first)
{
	struct meter from, to;
	meter_settle(&load);
	meter_read(&load, &from);
	unsigned before = load.count[STAGE_UP];
	each(dial, first);
	uint64_t end = now_us();
	meter_settle(&load);
	meter_read(&load, &to);
	to.wall_us = end;
	meter_print(phase, &from, &to);
	print_rate(phase, &from, &to, load.count[STAGE_UP] - before);
	print_times(phase);
	print_failures(phase);
	figure(phase, "rss_each", ((double)to.rss_kb - (double)from.rss_kb) / load.conf.n, "kB");
}

static void phase_off(const char *phase, void (*what)(struct client *c))
{
	struct meter from, to;
	unsigned n = load.count[STAGE_UP];
	meter_read(&load, &from);
	each(what, load.conf.n);
	meter_read(&load, &to);
	meter_print(phase, &from, &to);
	print_rate(phase, &from, &to, n);
}

static void phase_hold(const char *phase, double seconds)
{
	struct meter from, to;
	meter_read(&load, &from);
	net_wait(&load, (uint64_t)(seconds * 1000));
	meter_read(&load, &to);
	meter_print(phase, &from, &to);
	figure(phase, "up", load.count[STAGE_UP], "tunnels");
}

/* Every client that is in leaves, every one that is out dials, until the time is over. */
static void phase_again(const char *phase, double seconds)
{
	struct meter from, to;
	unsigned done = 0;
	uint64_t end = now_us() + (uint64_t)(seconds * 1e6);
	meter_read(&load, &from);
	for (unsigned i = 0; now_us() < end; i = (i + 1) % load.conf.n) {
		struct client *c = &load.clients[i];
		if (c->stage == STAGE_UP) {
			done++;
			client_leave(c);
		} else if (c->stage == STAGE_IDLE || c->stage == STAGE_GONE || c->stage == STAGE_FAILED) {
			client_dial(c);
		} else {
			net_turn(&load, 1);
			continue;
		}
		while (!net_until(&load, room, 1000))
			;
	}
	meter_read(&load, &to);
	meter_print(phase, &from, &to);
	print_rate(phase, &from, &to, done);
	while (!net_until(&load, clients_quiet, 1000))
		;
	print_times(phase);
	print_failures(phase);
}

static void phase_memory(const char *phase)
{
	struct meter m;
	meter_read(&load, &m);
	figure(phase, "rss", (double)m.rss_kb, "kB");
}

/* ------------------------------------------------------------------ options */

static void phase_traffic(const char *phase, void (*run)(struct load *, const char *, const struct traffic *),
                          char *options)
{
	struct traffic t = {
	        .seconds = 1, .size = TRAFFIC_SIZE_MAX, .tunnels = load.conf.n, .burst = 40, .flows = 1, .rate = 1000};
	traffic_parse(&t, options);
	if (load.conf.gateway == 0 || load.path != NULL || load.count[STAGE_UP] == 0 || load.conf.habits.ike_only)
		die("traffic needs --pid and tunnels that are up");
	run(&load, phase, &t);
}

/* Who dials meanwhile is told of like those of another phase. */
static void phase_echo(const char *label, char *options)
{
	phase_traffic(label, echo_run, options);
	if (load.ntimes > 0)
		print_times(label);
	print_failures(label);
}

static void phase(char *text)
{
	char none[] = "", *label = text, *more = strchr(text, ':'), *equals;
	if (more != NULL)
		*more++ = '\0';
	else
		more = none;
	fflush(stdout);
	load.ntimes = 0;
	load.first_us = 0;
	if ((equals = strchr(text, '=')) != NULL) {
		*equals = '\0';
		text = equals + 1;
	}
	if (strcmp(text, "up") == 0)
		phase_up(label, *more != '\0' ? (unsigned)atoi(more) : load.conf.n);
	else if (strcmp(text, "again") == 0)
		phase_again(label, atof(more));
	else if (strcmp(text, "hold") == 0)
		phase_hold(label, atof(more));
	else if (strcmp(text, "in") == 0)
		phase_traffic(label, blast_run, more);
	else if (strcmp(text, "out") == 0)
		phase_traffic(label, feed_run, more);
	else if (strcmp(text, "run") == 0)
		path_run(&load, label, more);
	else if (strcmp(text, "echo") == 0)
		phase_echo(label, more);
	else if (strcmp(text, "storm") == 0)
		phase_traffic(label, storm_run, more);
	else if (strcmp(text, "off") == 0)
		phase_off(label, client_leave);
	else if (strcmp(text, "vanish") == 0)
		phase_off(label, client_vanish);
	else if (strcmp(text, "memory") == 0)
		phase_memory(label);
	else
		die(text);
	fflush(stdout);
}

static const struct {
	const char *word;
	struct esp_alg alg;
} esps[] = {{"aes", {ESP_CIPHER_AES, 16, ESP_MAC_SHA1}},
            {"aes-256", {ESP_CIPHER_AES, 32, ESP_MAC_SHA1}},
            {"3des", {ESP_CIPHER_3DES, 24, ESP_MAC_SHA1}}};
static const char *const likes[] = {
        [PEER_PLAIN] = "plain", [PEER_WINDOWS] = "windows", [PEER_APPLE] = "apple", [PEER_ANDROID] = "android"};

static bool take_option(int c, struct load_conf *conf)
{
	switch (c) {
	case 'n':
		conf->n = (unsigned)atoi(optarg);
		return conf->n > 0 && conf->n <= LOAD_CLIENTS_MAX;
	case 'p':
		conf->parallel = (unsigned)atoi(optarg);
		return conf->parallel > 0;
	case 'N':
		conf->nat = optarg != NULL ? (unsigned)atoi(optarg) : LOAD_CLIENTS_MAX;
		return conf->nat > 0;
	case 'U':
		conf->users = true;
		return true;
	case 'S':
		conf->patience_ms = (uint32_t)atoi(optarg) * 1000;
		return conf->patience_ms > 0;
	case 'i':
		conf->habits.ike_only = true;
		return true;
	case 'g':
		conf->habits.group = (uint16_t)atoi(optarg);
		return prim_dh_public_len(conf->habits.group) > 0;
	case 'c':
		conf->habits.cipher = optarg;
		return ike_cipher_by_word(str_of(optarg)) != NULL;
	case 'e':
		for (size_t i = 0; i < sizeof esps / sizeof esps[0]; i++)
			if (strcmp(optarg, esps[i].word) == 0) {
				conf->habits.esp = esps[i].alg;
				return true;
			}
		return false;
	case 'l':
		for (size_t i = 0; i < sizeof likes / sizeof likes[0]; i++)
			if (strcmp(optarg, likes[i]) == 0) {
				conf->habits.ppp = (enum peer_profile)i;
				return true;
			}
		return false;
	case 'k':
		conf->habits.psk = optarg;
		return true;
	case 'u':
		conf->habits.user = optarg;
		return true;
	case 'w':
		conf->habits.password = optarg;
		return true;
	case 't':
		conf->tun = optarg;
		return true;
	case 'P':
		conf->gateway = atoi(optarg);
		return conf->gateway > 0;
	default:
		return false;
	}
}

static bool parse(int argc, char **argv, struct load_conf *conf)
{
	static const struct option longs[] = {{"nat", optional_argument, NULL, 'N'},
	                                      {"ike-only", no_argument, NULL, 'i'},
	                                      {"group", required_argument, NULL, 'g'},
	                                      {"cipher", required_argument, NULL, 'c'},
	                                      {"esp", required_argument, NULL, 'e'},
	                                      {"like", required_argument, NULL, 'l'},
	                                      {"psk", required_argument, NULL, 'k'},
	                                      {"user", required_argument, NULL, 'u'},
	                                      {"users", no_argument, NULL, 'U'},
	                                      {"patience", required_argument, NULL, 'S'},
	                                      {"password", required_argument, NULL, 'w'},
	                                      {"tun", required_argument, NULL, 't'},
	                                      {"pid", required_argument, NULL, 'P'},
	                                      {"help", no_argument, NULL, 'h'},
	                                      {NULL, 0, NULL, 0}};
	for (int c; (c = getopt_long(argc, argv, "n:p:h", longs, NULL)) != -1;) {
		if (c == 'h') {
			fputs(usage, stdout);
			exit(0);
		}
		if (!take_option(c, conf))
			return false;
	}
	return optind < argc && (conf->tun == NULL || (conf->n == 1 && conf->nat == 0));
}

static void many_files(void)
{
	struct rlimit files;
	if (load.conf.nat == 0 || getrlimit(RLIMIT_NOFILE, &files) != 0)
		return;
	files.rlim_cur = files.rlim_max;
	if (setrlimit(RLIMIT_NOFILE, &files) != 0 || files.rlim_max < load.conf.n + 100)
		die("limit of open files");
}

int main(int argc, char **argv)
{
	struct err err = {0};
	load.conf = (struct load_conf){.n = 1,
	                               .parallel = 32,
	                               .patience_ms = LOAD_PATIENCE_MS,
	                               .habits = {.cipher = "aes-256",
	                                          .hash = "sha",
	                                          .group = 2,
	                                          .esp = esps[1].alg,
	                                          .private_ip = LOAD_PRIVATE_IP,
	                                          .ppp = PEER_WINDOWS,
	                                          .user = "bench",
	                                          .password = "bench-word",
	                                          .methods = AAA_BIT(AAA_MSCHAP2),
	                                          .psk = "bench-key",
	                                          .endless_keys = true, /* no figure is to count rekeys */
	                                          .cheap_dh = true}};
	if (prim_init(&err) != 0)
		die(err.text);
	if (!parse(argc, argv, &load.conf)) {
		fputs(usage, stderr);
		return 2;
	}
	struct lac_conf lac = lac_windows;
	lac.retry_ms = retry_ms;
	load.conf.habits.lac = &lac;
	signal(SIGPIPE, SIG_IGN);
	many_files();
	load.sink_len = UINT32_MAX;
	clock_init(&load.clock, now_us() / 1000);
	net_sockets(&load);
	clients_make(&load);
	if (load.conf.tun != NULL)
		path_make(&load);
	for (int i = optind; i < argc; i++)
		phase(argv[i]);
	bool ok = load.count[STAGE_FAILED] == 0;
	clients_free(&load);
	path_free(&load);
	clock_free(&load.clock);
	prim_free();
	return ok ? 0 : 1;
}
