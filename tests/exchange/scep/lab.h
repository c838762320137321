/* The SCEP client with a clock that a test moves, against genuine servers on the loopback interface of a namespace. */
#ifndef TESTS_EXCHANGE_SCEP_LAB_H
#define TESTS_EXCHANGE_SCEP_LAB_H

#include "core/base/out.h"
#include "crypto/pki/name.h"
#include "crypto/pki/priv.h"
#include "crypto/pki/scep.h"

#define LAB_MSCEP "/certsrv/mscep/mscep.dll" /* the path at a server of Microsoft's */
enum { LAB_TRUSTPOINTS = 3, LAB_PORT = 8080 };

struct lab {
	struct clock clock;
	struct pki *pki;
	int dir;
	char home[64];           /* its folder, the state's and the server's */
	struct pki_trustpoint tp[LAB_TRUSTPOINTS];
	struct pki_cert *cert[LAB_TRUSTPOINTS][PKI_ROLES];
	char url[LAB_TRUSTPOINTS][160];
	struct pki_conf conf;
	struct out screen; /* what a console saw: debug and what it was told */
	struct out log;    /* syslog: "717003 text" a line */
	struct out server; /* what the server says */
	bool refuse;       /* the configuration takes no certificate */
	bool busy;         /* helper threads take no job */
	int jobs;          /* they do so many more, then jobs come back undone; negative: all */
	unsigned sent;     /* requests that were said to be on their way; the last failure to send one */
	struct err failed;
};
extern struct lab lab;

/* A namespace, once; 77 for the program to end with when there can be none. */
int lab_namespace(void);
/* Fresh state, trustpoints T0 .. with a key pair; pix: the console's dialect. */
void lab_begin(bool pix);
void lab_end(void);
/* lab_begin, mscep with these options, and T0 has the certificates of its CA. */
void lab_begin_mscep(const char *options);
/* The appliance starts again: same folder, same configuration. */
void lab_restart(void);
/* A server of tests/servers; options: words. The trustpoints get its URL. Ended by lab_end. */
void lab_serve(const char *program, const char *options, const char *path);
void lab_serve_end(void);
/* Until everything is done and nobody waits for anything but the time; at most so many timers fire. */
void lab_run(unsigned timers);
/* As the console does it: GetCACert, its certificates into the configuration. false with lab.failed. */
bool lab_authenticate(unsigned tp);
/* The request is sent; what happens is for lab_run. */
int lab_enroll(unsigned tp, const char *challenge, bool fingerprint);
bool lab_logged(const char *line);
/* Is that on the console, has the trustpoint a certificate of ours, is a request of its pending, is one kept on disk? */
bool lab_saw(const char *text);
bool lab_has_cert(unsigned tp);
bool lab_is_pending(unsigned tp);
bool lab_keeps_pending(void);
/* Fail the test unless it is there: in the text, in the log. */
void lab_expect_text(const char *text, const char *what);
void lab_expect_logged(const char *line);
/* Output of a command in lab.home. */
const char *lab_shell(const char *command);
/* What the server said since the last call. */
const char *lab_server_said(void);

#endif
