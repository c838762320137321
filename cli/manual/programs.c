#include "cli/manual/programs.h"

#include <string.h>

#include "cli/socket/control.h"

static const char *const posternd_description[] = {
        "The Postern remote-access VPN appliance: IKEv1, ESP, L2TP and PPP in one process in user "
        "space, configured "
        "through the command line of `postern`(1). It stays in the foreground; SIGTERM and SIGINT "
        "end it cleanly: clients "
        "are told, and the host is left as it was.",
        "It is started as root, opens its sockets and the TUN device, and then keeps only the "
        "capabilities it needs "
        "and the system calls of a list.",
        NULL,
};
static const struct program_option posternd_options[] = {
        {"--state", "DIR", "startup-config, keys and disk0 (default /var/lib/postern)"},
        {"--socket", "PATH", "where consoles connect (default " CONTROL_SOCKET ")"},
        {"--workers", "N", "packet workers, 1 to 16 (default: as many as there are processors, which more would share)"},
        {"--no-offload", "LIST",
         "what is not left to the kernel, for tests: tun-csum, tun-tso, tun-uso, coalesce, udp-gro, udp-gso, udp-raw, with "
         "commas, or all (show version has what is in force)"},
        {"--crypto", "HOW",
         "who encrypts packets: `openssl` one by one, `ipsec-mb` many at once, or `auto`, whichever "
         "is faster (default)"},
        {"--hardware", "FILE", "which Linux device each interface is (default DIR/hardware.yaml)"},
        {"--config", "FILE", "loaded in place of startup-config"},
        {"--grammar", "DIR", "the command grammar (default: as installed)"},
        {"--manual", "FILE",
         "print commands.md, commands.html, postern-config.5, posternd.8 or postern.1, and end"},
        {"--version", NULL, "print the version, and end"},
        {"--help", NULL, "print this, and end"},
        {0},
};
static const struct program_option posternd_files[] = {
        {"startup-config", NULL,
         "the saved configuration, plain text in the state directory, mode 0600"},
        {"hardware.yaml", NULL,
         "a line `GigabitEthernet0/0: eth0` for each interface, and `manage: yes` to let the "
         "appliance own addresses, "
         "link state and routes of these devices. Without the file, devices are taken in order and "
         "nothing but "
         "the appliance's own device, routes and firewall table is changed"},
        {"keys/krb5.keytab", NULL,
         "a key of the realm, as `ktadd -k` of kadmin or ktpass writes it, under any name: with it a Kerberos server is "
         "proved to be the KDC. Without it Kerberos servers are not asked"},
        {"keys/ldap-ca.pem", NULL,
         "authorities by which certificates of LDAP servers have to be issued, for the name or address of the server; "
         "without it TLS keeps passwords from listeners, and whoever answers is the server"},
        {"postern-aaa, postern-aaa-ldap, postern-aaa-kerberos, postern-aaa-nt", NULL,
         "programs in the folder of posternd that ask servers whose libraries wait; started by it alone"},
        {0},
};
static const struct program_option posternd_environment[] = {
        {"POSTERN_FILTER", NULL,
         "`kill`: a system call that is not on the list ends the program; for tests"},
        {0},
};
static const struct program_option posternd_status[] = {
        {"0", NULL, "ended by a signal"},
        {"1", NULL, "could not start; the reason is on standard error"},
        {"2", NULL, "wrong options"},
        {0},
};
static const struct program_section posternd_sections[] = {
        {"FILES", posternd_files},
        {"ENVIRONMENT", posternd_environment},
        {"EXIT STATUS", posternd_status},
        {0},
};
const struct program program_posternd = {
        .name = "posternd",
        .section = 8,
        .what = "L2TP/IPsec remote-access VPN appliance",
        .synopsis = "posternd [--state DIR] [--socket PATH] [--workers N] [--no-offload LIST] "
                    "[--crypto HOW] [--hardware FILE] [--config FILE] "
                    "[--grammar DIR]\n"
                    "posternd --manual FILE\n",
        .description = posternd_description,
        .options = posternd_options,
        .sections = posternd_sections,
        .see_also = "`postern`(1), `postern-config`(5)",
};

static const char *const postern_description[] = {
        "A console on the appliance: on a terminal with line editing, history, `?` and Tab; from a "
        "pipe it reads plain "
        "lines and prints plain text. It may be the login shell of an account. Root and members of "
        "the group "
        "`postern` may connect.",
        "With `-c` it runs commands at privilege level 15 and prints what they say; with `-f` it "
        "enters the lines of a "
        "file in configuration mode. Questions are answered as if Enter was pressed.",
        NULL,
};
static const struct program_option postern_options[] = {
        {"--socket", "PATH", "the appliance's socket (default " CONTROL_SOCKET ")"},
        {"--enable", NULL, "a console that is privileged at once"},
        {"--serial", NULL, "a console that is never left: after Logoff it is back at the login"},
        {"-c", "COMMAND", "run the command; may be given several times"},
        {"-f", "FILE", "apply configuration lines (- for standard input)"},
        {"--version", NULL, "print the version, and end"},
        {"--help", NULL, "print this, and end"},
        {0},
};
static const struct program_option postern_status[] = {
        {"0", NULL, "everything was accepted"},
        {"1", NULL, "a command or line was refused"},
        {"2", NULL, "wrong options, or no connection to the appliance"},
        {0},
};
static const struct program_section postern_sections[] = {
        {"EXIT STATUS", postern_status},
        {0},
};
const struct program program_postern = {
        .name = "postern",
        .section = 1,
        .what = "console of the Postern VPN appliance",
        .synopsis = "postern [--socket PATH] [--enable | --serial]\n"
                    "postern [--socket PATH] -c COMMAND [-c COMMAND]...\n"
                    "postern [--socket PATH] -f FILE\n",
        .description = postern_description,
        .options = postern_options,
        .sections = postern_sections,
        .see_also = "`posternd`(8), `postern-config`(5)",
};

void program_usage(const struct program *p, FILE *to)
{
	const char *head = "usage: ";
	for (const char *s = p->synopsis, *end; (end = strchr(s, '\n')) != NULL; s = end + 1) {
		fprintf(to, "%s%.*s\n", head, (int)(end - s), s);
		head = "       ";
	}
	for (const struct program_option *o = p->options; o->name != NULL; o++)
		fprintf(to, "  %s %-*s  %s\n", o->name, (int)(15 - strlen(o->name)),
		        o->arg != NULL ? o->arg : "", o->help);
}
