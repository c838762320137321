/* Objects and object groups, and rules with their objects expanded. */
#ifndef CORE_CONFIG_OBJECTS_H
#define CORE_CONFIG_OBJECTS_H

#include <time.h>

#include "core/base/filter.h"
#include "core/config/acl.h"
#include "core/config/read.h"

/* The parser's view of a version of the configuration. conf outlives it. */
struct acl_names objects_names(const struct conf *c);
enum acl_group_kind objects_group_kind(const struct conf *c, struct str name);

/* The addresses of an object (false: it has none, or is not there). */
bool object_network(const struct conf *c, struct str name, struct acl_addr *a);

/* Calls fn for each combination a rule stands for, with numbers in place of names: addresses are ANY, NET or RANGE.
 * A group that is empty or missing gives none. Stops when fn returns false. */
void acl_rule_expand(const struct conf *c, const struct acl_rule *rule,
                     bool (*fn)(void *arg, const struct acl_rule *element), void *arg);
/* Members of an address group or an object, groups in it opened; same rules. */
void objects_each_address(const struct conf *c, const struct acl_addr *a,
                          bool (*fn)(void *arg, const struct acl_addr *a), void *arg);

/* Is `object NAME` or `object-group NAME` said by an access list, a group, a NAT rule? */
bool objects_in_use(const struct conf *c, bool group, struct str name);

/* Is the time range in force at this local time? One that does not exist, or is empty, is. */
bool time_range_active(const struct conf *c, struct str name, const struct tm *tm);

/* Names an element in messages and in show; the same text in the same list has the same name. */
uint32_t acl_element_hash(struct str list, const struct acl_rule *element, bool standard);

/* One element with numbers in place of names, for matching. Its hash and time range are the caller's. */
void filter_ace_of(const struct acl_rule *element, struct filter_ace *ace);
/* The list compiled, elements in the order of acl_rule_expand over its entries; no hits, all time ranges off.
 * NULL when there is no such list (or memory is short). */
struct filter *filter_compile(const struct conf *c, struct str name);
/* A list that a server sent: rules, "\n" between them, without names of this configuration. false: *bad is the first
 * that is none. */
bool filter_lines_good(struct str lines, struct str *bad);
/* Compiled; one reference. NULL when memory is short. */
struct filter *filter_of_lines(struct str name, struct str lines);

/* The networks of a split tunnelling list: destinations of a standard list, sources of an extended one (as the
 * appliance reads them). At most max; *total tells how many there are. total NULL: the list is not looked at beyond the last of them. */
struct split_net {
	uint32_t ip, mask;
};
enum { SPLIT_NETS_MAX = 28 }; /* that a client is told, as on the appliance */
size_t acl_split_networks(const struct conf *c, struct str name, struct split_net *nets, size_t max,
                          size_t *total);
/* How many networks a list has more with this rule. */
size_t acl_split_more(const struct conf *c, struct str rule, bool standard);

#endif
