#include "core/base/sa.h"

#include "core/base/share.h"

void sa_pair_keep(struct sa_pair *to, const struct sa_pair *from)
{
	*to = *from;
	to->keys = NULL;
	to->map_name = share_text(from->map_name);
	to->ifname = share_text(from->ifname);
}

void sa_pair_forget(struct sa_pair *pair)
{
	share_drop_text(pair->map_name);
	share_drop_text(pair->ifname);
}
