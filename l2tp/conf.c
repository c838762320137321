#include "l2tp/conf.h"

void l2tp_conf_compile(const struct conf *c, struct l2tp_conf *out)
{
	const struct centry *e = conf_container(c, "l2tp");
	*out = (struct l2tp_conf){
	        .hello_s = conf_u32(e, "hello"),
	        .tunnel_limit = conf_u32(e, "limit"),
	};
	str_copy(out->host, sizeof out->host, conf_text(conf_container(c, "system"), "hostname"));
}
