/* Commands by which certificates come in and go out: `crypto ca authenticate`, `enroll`, `import`, `export`, and those of
 * PIX 6. Inside this folder only. */
#ifndef CRYPTO_PKI_ENROLL_CMD_H
#define CRYPTO_PKI_ENROLL_CMD_H

#include "crypto/pki/pki.h"

void pki_authenticate_commands(struct pki *pki);
void pki_enroll_commands(struct pki *pki);
void pki_import_commands(struct pki *pki);

struct pki_dialog;

/* `fqdn` of the trustpoint is not the name of the appliance; the warning about it. */
bool pki_fqdn_differs(const struct pki_conf *conf, const struct pki_trustpoint *tp);
void pki_warn_fqdn(struct pki_dialog *d);
/* What about its new certificate is known to keep clients out, said where it can still be mended. */
void pki_dialog_advise(struct pki_dialog *d, const char *trustpoint, const struct pki_cert *cert);
/* The trustpoint that argument "name" of the command says; NULL when it is not known, which c->out tells then. */
const struct pki_trustpoint *pki_cmd_trustpoint(struct cmd *c, char name[PKI_LABEL_MAX + 1]);

#endif
