/* Two genuine engines that talk IKE while the input changes what they say: the keys, hashes and signatures around it are
 * right, so that what is changed is looked at wherever it stands. The input is four octets of talk_flags (which server and
 * which client, talk_world.c), then records to the end: TALK_RECORD octets of header and their data.
 *
 *   op, at, arg, length of data (2 octets)
 *
 * at says of which message: its number among those that side has written (or, of those changed on the wire, sent), with
 * TALK_SERVER for the server's. A message with records of its own is taken apart into payloads before it is hashed and
 * encrypted; arg is the place of a payload. */
#ifndef TESTS_FUZZ_TALK_FORMAT_H
#define TESTS_FUZZ_TALK_FORMAT_H

enum talk_layout { TALK_RECORD = 5, TALK_HEAD = 4, TALK_SERVER = 0x80 };

enum talk_op {
	/* the whole message: type of the first payload, payloads; one without a body is what the engine wrote of that type */
	TALK_CHAIN,
	TALK_BODY,   /* this is in the payload */
	TALK_SPLICE, /* at an offset (2 octets) */
	TALK_INSERT, /* before it: type, body */
	TALK_DELETE,
	TALK_TYPE,   /* 1 octet */
	TALK_CUT,    /* to a length (2 octets), which may be longer */
	TALK_APPEND, /* behind the last payload */
	TALK_ID,     /* who this side says it is in phase 1, whatever the message */
	/* on the wire */
	TALK_RAW,    /* offset (2 octets), octets */
	TALK_LOSE,
	TALK_AGAIN,  /* arg copies follow */
	TALK_BEFORE, /* a datagram comes before it: its octets */
	TALK_PARTS,  /* in fragments of arg * 4 octets; data: their numbers in the order of sending, bit 7 = the last, bit 6 = of
	              * another message; empty = all of them */
	TALK_MOVE,   /* from here on by another port (arg), bit 7 of arg: and address */
	/* not of a message: the next thing to be done; arg = enum talk_do */
	TALK_DO,
	TALK_OPS
};

enum talk_do {
	TALK_WAIT, /* seconds, 1 octet */
	TALK_DIAL, /* done first where nobody says it */
	TALK_CLIENT_QUICK,
	TALK_SERVER_QUICK,
	TALK_CLIENT_REKEY, /* its IKE SA */
	TALK_SERVER_REKEY,
	TALK_CLIENT_SAYS, /* a protected message: exchange, message ID (1 octet), type of the first payload, payloads */
	TALK_SERVER_SAYS,
	TALK_CLIENT_DELETES, /* its IKE SA */
	TALK_SERVER_DROPS, /* the peer */
	TALK_SERVER_DROPS_FLOW,
	TALK_RECONFIGURE, /* 4 octets of talk_flags */
	TALK_NO_SPI,      /* 1 octet: whose */
	TALK_NO_ROOM,     /* for SAs */
	TALK_BUSY,        /* Diffie-Hellman and helper threads take nothing (1), everything again (0) */
	TALK_TO_SERVER,   /* a datagram */
	TALK_TO_CLIENT,
	TALK_DATA_CAME,   /* on the newest SAs of the server: what it waited for is confirmed */
	TALK_CLIENT_MORE, /* another flow: port (1 octet), Diffie-Hellman group (1 octet) */
	TALK_DOS
};

enum talk_flag {
	TALK_NAT = 1u << 0, /* the client is behind one */
	TALK_DEBUG = 1u << 1,
	TALK_AGGRESSIVE = 1u << 2,
	TALK_NAMED = 1u << 3, /* the client says it is of a tunnel group */
	TALK_NO_NATT = 1u << 4,
	TALK_PFS = 1u << 5,        /* the entry wants it */
	TALK_CLIENT_PFS = 1u << 6, /* the client begins with it */
	TALK_TUNNEL = 1u << 7,     /* the sets are in tunnel mode */
	TALK_NO_L2TP = 1u << 8,
	TALK_NO_MAP = 1u << 9,
	TALK_NO_ENTRY = 1u << 10,
	TALK_ACL = 1u << 11,
	TALK_OTHERS_ENTRY = 1u << 12, /* set peer */
	TALK_SERVER_NAT = 1u << 13,   /* the server is behind one and Windows is not told */
	TALK_NO_PSK = 1u << 14,
	TALK_SEND_CHAIN = 1u << 15,
	TALK_NO_TRUST = 1u << 16, /* no tunnel group has a trustpoint */
	TALK_ID_ANY = 1u << 17,   /* peer-id-validate nocheck */
	TALK_ID_MAY = 1u << 18,   /* ... cert */
	TALK_OTHER_NAME = 1u << 19, /* the server calls itself by its host name */
	TALK_DH_LATER = 1u << 20,
	TALK_SHORT_LIFE = 1u << 21, /* the server wants short ones */
	TALK_NO_POLICY = 1u << 22,
	TALK_WEAK_POLICY = 1u << 23, /* nothing that the client knows */
	TALK_MANY_CAS = 1u << 24,
	TALK_NO_OWN = 1u << 25, /* the server has no certificate */
	TALK_SUB_CA = 1u << 26, /* ... it is of a subordinate authority */
	TALK_NO_NAT_T = 1u << 27, /* set nat-t-disable */
	TALK_RULES = 1u << 28,    /* tunnel-group-map: by rules, ID and address, with TALK_NAMED by ou; nobody by default */
	TALK_TWO_TRUST = 1u << 29, /* another tunnel group has another trustpoint */
	TALK_HOST_DN = 1u << 30,   /* the server's certificate names a host and nothing else */
	TALK_BARE_IKE = 1u << 31,  /* vendor-id disabled */
};

#endif
