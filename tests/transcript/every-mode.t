## Every mode of configuration: how it is entered, its prompt, its help header, the way out. Headers beyond those of the samples
## are recollection.
Type help or '?' for a list of available commands.
ciscoasa> enable
Password: <<
ciscoasa# configure terminal
ciscoasa(config)# interface GigabitEthernet0/0
ciscoasa(config-if)# security?

interface mode commands/options:
  security-level
ciscoasa(config-if)# security-level 0
ciscoasa(config-if)# interface GigabitEthernet0/1.10
ciscoasa(config-if)# exit
ciscoasa(config)# time-range WORK
ciscoasa(config-time-range)# absolute start 8:00 1 January 2026
ciscoasa(config-time-range)# exit
ciscoasa(config)# object network HOST
ciscoasa(config-network-object)# host 10.1.1.1
ciscoasa(config-network-object)# nat (any,any) static 10.9.9.9
ciscoasa(config-network-object)# object service WEB
ciscoasa(config-service-object)# service tcp destination eq www
ciscoasa(config-service-object)# object-group network NETS
ciscoasa(config-network-object-group)# network-object object HOST
ciscoasa(config-network-object-group)# object-group service PORTS tcp
ciscoasa(config-service-object-group)# port-object eq www
ciscoasa(config-service-object-group)# object-group protocol PROTOS
ciscoasa(config-protocol-object-group)# protocol-object esp
ciscoasa(config-protocol-object-group)# object-group icmp-type PINGS
ciscoasa(config-icmp-object-group)# icmp-object echo
ciscoasa(config-icmp-object-group)# object-group user STAFF
ciscoasa(config-user-object-group)# dns server-group DefaultDNS
ciscoasa(config-dns-server-group)# domain-name example.com
ciscoasa(config-dns-server-group)# router ospf 1
ciscoasa(config-router)# exit
ciscoasa(config)# dynamic-access-policy-record DfltAccessPolicy
ciscoasa(config-dynamic-access-policy-record)# exit
ciscoasa(config)# sla monitor 1
ciscoasa(config-sla-monitor)# exit
ciscoasa(config)# crypto ikev1 policy 10
[full] WARNING: crypto ikev1 policy 10: <*>
ciscoasa(config-ikev1-policy)# group 5
ciscoasa(config-ikev1-policy)# crypto ikev2 policy 10
WARNING: crypto ikev2 policy is kept without effect, IKEv2 is not served, clients of L2TP use IKEv1
ciscoasa(config-ikev2-policy)# exit
ciscoasa(config)# crypto ipsec ikev2 ipsec-proposal P
ciscoasa(config-ipsec-proposal)# exit
ciscoasa(config)# group-policy P internal
ciscoasa(config)# group-policy P attributes
ciscoasa(config-group-policy)# webvpn
ciscoasa(config-group-webvpn)# exit
ciscoasa(config-group-policy)# exit
ciscoasa(config)# username jdoe attributes
ciscoasa(config-username)# username jdoe password secret-1
ciscoasa(config)# username jdoe attributes
ciscoasa(config-username)# webvpn
ciscoasa(config-username-webvpn)# exit
ciscoasa(config-username)# exit
ciscoasa(config)# tunnel-group DefaultRAGroup general-attributes
ciscoasa(config-tunnel-general)# tunnel-group DefaultRAGroup ipsec-attributes
ciscoasa(config-tunnel-ipsec)# tunnel-group DefaultRAGroup ppp-attributes
ciscoasa(config-ppp)# tunnel-group DefaultWEBVPNGroup webvpn-attributes
ciscoasa(config-tunnel-webvpn)# exit
ciscoasa(config)# ldap attribute-map M
ciscoasa(config-ldap-attribute-map)# exit
ciscoasa(config)# aaa-server RAD protocol radius
ciscoasa(config-aaa-server-group)# aaa-server RAD (inside) host 10.1.1.2
ciscoasa(config-aaa-server-host)# exit
ciscoasa(config)# webvpn
ciscoasa(config-webvpn)# hsts
ciscoasa(config-webvpn-hsts)# exit
ciscoasa(config-webvpn)# cache
ciscoasa(config-webvpn-cache)# exit
ciscoasa(config-webvpn)# exit
ciscoasa(config)# vpn load-balancing
ciscoasa(config-load-balancing)# exit
ciscoasa(config)# crypto ca trustpool policy
ciscoasa(ca-trustpool-policy)# exit
ciscoasa(config)# crypto ca trustpoint T
ciscoasa(config-ca-trustpoint)# crl configure
ciscoasa(config-ca-crl)# exit
ciscoasa(config-ca-trustpoint)# crypto ca certificate map 10
ciscoasa(config-ca-cert-map)# crypto ca certificate chain T
ciscoasa(config-cert-chain)# certificate ca 6ecc7aa5a7032009b8cebcf4e952d491
ciscoasa(config-pubkey)# quit
ciscoasa(config-cert-chain)# exit
ciscoasa(config)# call-home
ciscoasa(cfg-call-home)# profile X
ciscoasa(cfg-call-home-profile)# exit
ciscoasa(cfg-call-home)# exit
ciscoasa(config)# nac-policy N nac-framework
ciscoasa(config-nac-policy-nac-framework)# exit
ciscoasa(config)# class-map inspection_default
ciscoasa(config-cmap)# match default-inspection-traffic
ciscoasa(config-cmap)# policy-map global_policy
ciscoasa(config-pmap)# class inspection_default
ciscoasa(config-pmap-c)# exit
ciscoasa(config-pmap)# match filename x
ciscoasa(config-pmap-c)# exit
ciscoasa(config-pmap)# parameters
ciscoasa(config-pmap-p)# exit
ciscoasa(config-pmap)# exit
ciscoasa(config)# end
ciscoasa# 
