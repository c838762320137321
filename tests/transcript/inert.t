## What is kept without effect: listed, counted, and said at once where it promises to keep somebody out.
Type help or '?' for a list of available commands.
ciscoasa> en
Password: <<
ciscoasa# conf t
ciscoasa(config)# show running-config inert
ciscoasa(config)# group-policy DfltGrpPolicy attributes
ciscoasa(config-group-policy)# vpn-filter value OFFICE
WARNING: access-list OFFICE does not exist: until it does, nothing passes
ciscoasa(config-group-policy)# vpn-filter value OFFICE
ciscoasa(config-group-policy)# split-tunnel-policy excludespecified
WARNING: split-tunnel-policy excludespecified has no effect, clients of L2TP can only be told what is reached through the tunnel
ciscoasa(config-group-policy)# split-tunnel-policy tunnelspecified
ciscoasa(config-group-policy)# msie-proxy method use-pac-url
ciscoasa(config-group-policy)# msie-proxy pac-url value http://10.77.0.8/p.pac
ciscoasa(config-group-policy)# msie-proxy local-bypass enable
ciscoasa(config-group-policy)# vpn-simultaneous-logins 5
ciscoasa(config-group-policy)# aaa-server R protocol radius
ciscoasa(config-aaa-server-group)# aaa-server R (inside) host 10.77.0.9 SECRET
ciscoasa(config-aaa-server-host)# timeout 5
ciscoasa(config-aaa-server-host)# aaa local authentication attempts max-fail 3
ciscoasa(config)# show running-config inert
group-policy DfltGrpPolicy attributes
 msie-proxy local-bypass enable  ! clients of L2TP are told no proxy
ciscoasa(config)# crypto ca trustpoint TP
ciscoasa(config-ca-trustpoint)# crypto ca certificate chain TP
ciscoasa(config-cert-chain)# certificate ca 6ecc7aa5a7032009b8cebcf4e952d491
ciscoasa(config-pubkey)# 308205ec 308204d4 a0030201
ciscoasa(config-pubkey)# 02021001 300d0609
ciscoasa(config-pubkey)# what is this
ERROR: certificate data is hexadecimal; quit ends it
ciscoasa(config-pubkey)# quit
ciscoasa(config-cert-chain)# show running-config crypto ca
crypto ca trustpoint TP
 crl configure
crypto ca trustpool policy
crypto ca certificate chain TP
 certificate ca 6ecc7aa5a7032009b8cebcf4e952d491
    308205ec 308204d4 a0030201
    02021001 300d0609
  quit
ciscoasa(config-cert-chain)# end
ciscoasa# 
