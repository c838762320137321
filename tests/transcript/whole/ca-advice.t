## What keeps clients out is said where a trustpoint is chosen, and where a certificate comes in.
Type help or '?' for a list of available commands.
gw> en
Password: <<
gw# terminal pager 0
gw# conf t
gw(config)# crypto ca trustpoint TP
gw(config-ca-trustpoint)# enrollment terminal
gw(config-ca-trustpoint)# tunnel-group DefaultRAGroup ipsec-attributes
gw(config-tunnel-ipsec)# ikev1 trust-point TP
WARNING: trustpoint TP has no certificate of this appliance: crypto ca enroll gets one
gw(config-tunnel-ipsec)# no ikev1 trust-point TP
gw(config-tunnel-ipsec)# crypto ca import TP pkcs12 cisco123

Enter the base 64 encoded pkcs12.
End with the word "quit" on a line by itself:
<<MIILKQIBAzCCCu8GCSqGSIb3DQEHAaCCCuAEggrcMIIK2DCCB9cGCSqGSIb3DQEH
<<BqCCB8gwggfEAgEAMIIHvQYJKoZIhvcNAQcBMBwGCiqGSIb3DQEMAQYwDgQIRExq
<<PrkbZmwCAggAgIIHkG9TAojjjgmekG8L26/eosNpkLjOYM+aW+ElyHxwa96DKjXu
<<kzEbTr5sULMIETli+wnqft6qvTwSMuIGNayEMgRfQJn2v0UO7Cv05lejdaE8PSRF
<<6g5Cv2KpczgjPPBIfz+YSrRkfBIft27Inmo1DDbKm2ORwQH4jNplLRUkWhkEHoaN
<<PT5b7hmML22kZ/C7E0Vn4mK8KJYnWTJA08X+zODXTywpViScl0kHr+q6xjax9ue0
<<Elc/oSJAWLhf2GMMllkLwihsIpUywD7nM3ZEW5eH/50ieG5LgvbvyGaT9zNULTu1
<<kHHoTt6ouHs2Kz3nb1s+MTLQH45pNBMBnIF/7cd6tAeDIJ8HvqtynwKw6oIdtSjy
<<B0WsRICJEI5m00g6nEV+/Bs+eabB070JAwmlcJisrlklsEFnVHkXWgObsXhZbOMF
<<YhMJt/N9is0olsKK9ca81mDHUe2Fdy8X9LBtfwqhrPaVo8PJwLpo0yNKQldLXN5p
<<coVmp1WtLP+0u75FJcDpZTBnOJ1iyyvD57hl4ugrGF3BYHGLKGYY71J6OCR3Fl0W
<<OqLpSGU/+09QGq+jXRut56nKtjPuxgWgS5Hej9biDQgMUHtRy3YLWLN/0Gq/3z0+
<<f/ZRO6spO1Gr4qE/KrTnQkwvDvEO5xxr7zePM8MM1uL/0Z/nLKyOpJOoRy6dkG8/
<<z6qqNHyg33025oYipnD6PpJ0BDZ0e3jiPwPlHnSByAD0K+LYDJnJXtvYAnXkahoj
<<ONzvtfJCek9lrIZAEhi99lK4Mri8taF0o46YxhfxppqDN0FqV1PY8TptZh+WogxN
<<7auzQUD24lKCrbFc5DfgratHLNDWpjVY3uqWFPWuO5epuopwcngZ1SlW6XTcHj38
<<YR02rD/WavBbyRvPOWsf4gm1Y3QEG+mpPYC251O4tsVsf8JDjl6sg7HxtJ/oDBMh
<<48U4L4RJIHvDoxS+3ytgup0jWBbJtIt8Gnsjty14jjSTkxvdOC41Mqt+kL7y/seU
<<JhmtN1fj2GPpuGkJWS8d4j0T8ZO5F7V/gnWUxsme+v4+FEDdn639CowC5Bs7bWyc
<<MOabVOKDu3GR1Gv8IYIz8cWNBm3yrGzlT0Pa5dqpaAXydY8fFJYQtjrr8ubCWkK7
<<GEC9druJ0elJ6y3rL7JY6W23G280LEr4Qm5cyR/HQ4wBYl0cYtDGmfZIM4qMK8mg
<<Xnbhch3UtQfcfk5GrBTrobozuFiADuLM7U2Clt+TRWj+83R+CSTeVCzCRKvEnu0J
<<0kHc+cqI1+yZj42Vy7KtjEbIVkv9LqZB9KUYe8gCpY0SO7ZpZLIQiGirr1SJEhaH
<<Kyyb7ipOSsrdzBJhCjTel1LOzWnLG/coB/iStxlxTsoSB2ylTu8fxNv70kfchj6/
<<cmCua+qmcvU75th5ZbxVweTDyny6CVQVLoExMgxght2qsEkR+DPi0wFQhR0bZOk+
<<0EzlaV8pDCKdov7Bpd8K53AH7vq446Ko75CG3Aads19KV2nfPUrWWB/XmK/Yz65i
<<10+MYqPxGwB8IXNMdVsT0fTmeYxfRH7N/6y2ok0GcPZIc4ziMUOjT3mDmd0ZkuNH
<<uUP0u9jP8arHxvMOkg7YsyC5MSz8aePGM9V8EdpbAbX3TXYr5nsKwKwACMlABL7q
<<tGQAQ2Hi1OCDWjkWfjQ3YcyULFmprCSOOnZPRQmlavVMcmSoCTQTAaHZjhohzrhS
<<2yAlNzTtLGcGezoE57byoFGZzR2MWG2aq5IwJKZI4hXnlQb2I8YrCRMazN2iRkdD
<<9ULsOAjsx8IT/uaSRjqwURhIV+CW5F8BAg2g4NI2YX9boJmVZcfRKTGuR4ldQ+0w
<<BU9dE73AYVCyVC3rUL6G/yc2MExGhxJXlwgRp9OLGlpdKZVTSw9X65MjEBxXhN/L
<<5SoTdVFLjFUGCZlQg6WuSMl0NepWvYDHx1aibBQ6K/8M7fEmrBp5/VO7/V36eY3E
<<ONL6j/bFNMRWst2pwhPbNMmpzNwFnXKT/WYtbhDnLdRmdg4sku6mFiCj4OyubAUd
<<vJXFcmmCAZ+/whonF7FqIiozl+i2gvI/d33UuJfgNB49anJ+357TI+4EUUTbNge1
<<B1wTjg7fF71bdjQP3FWP851v4SD1svQ70X5hKEygtnP3Vs8gGjW/vXasdvpsInQ6
<<Kc4q5Of08+h5L9v33Fu7nOXlSqxiHpqG+TwkoTtGjk1m2GLyaiDuSG/2eYEhnNqD
<<ewVeVOu7Z8420ZLw5cU9d4VihXZ+2NirF9MpyzRgqLZwOkFir2albjJOE+y+/3kR
<<PrLZAlhuBFr5rqxsvTAZnOWLygVtQk6fVkIufvsq9YDdztULbHjVjEvhews+EMjm
<<A4JyE81ZmZUuNtdRSsgTvMmdyGqukwneymy7zeWMm1hzHTWg04nzFB/iO5lyq46f
<<8UJ6012ta3bzMIxyYBKPUZOYJpeVgkFdBtJ0OKJ1pNQCJ0tNzIU9nEexRvOK9NFC
<<s3hkkZ97NFJ+Yl1xHOiGnxST2Eeg11ydO+OIui52oYK6KYtoQH3pziRXy5anbT+X
<<Ux3FZWcghacj4qeWs7v8UR4RSpkZcoLaaW86u/wwggL5BgkqhkiG9w0BBwGgggLq
<<BIIC5jCCAuIwggLeBgsqhkiG9w0BDAoBAqCCAqYwggKiMBwGCiqGSIb3DQEMAQMw
<<DgQI+ezUZYd2ZyoCAggABIICgNro/2uZPWmFLba2fNe/ckcBxwoNMEnNYKDDor9T
<<R3eB8WMLSk8r7I72GG0bdj84keoGOqEAXESpD9dXjuiCO8OETOGpnszl7dkB2ULc
<<7Y7D8Usic/6XeGktnQiMGtqbQOoaMqaOxa5DX+HzcIdFEqhq+MN18LbldrR6oISn
<<SrEC5afQY6gwzUx5fSDGP6gwDIKyzJDJcShp2k+CIYDnvWp/xkbj6bpXa9QSx9y8
<<hNvmNgDpX2a8NSO/Y25sZ9Vw3/Ys1L2RC7FIU6lQY0duWe7UZkUqlIgPgNryLiFl
<<TptdKdbzHmP1oTcV5wX2TLHJ1iHnxfZJjCHaDPvrcS1uXXayRNAXWD0UKtOrmkyS
<<VcbIOp8VTVpT+BrGGaYCRO35bM6IXUID/e5+BIwK4mNj+sjZF0ur8qBvDPKNTte/
<<kEW7bBc3j7qSiTWP9cQERtvrU8tleTEyjWFkdTawwXEoWiDpRvGyPXElkWK1WaLO
<<0V3I3kbS6hJieW2WT3EY+VeL/s6CUd+4pdu8fSiMX22z2pvfvEB3ZM6pLWCxJxzJ
<<KuQbyElkV2d5RinG9NEslIiE4SXV4hDLNvexcGtWswHSiDHe3XIUDbOlN0S7fMbf
<<VZhuJozIE3pWK0+2l4/xvOuZN3I7S9Ikkk35FIjsBZ8VFJNFMcii3NSRLnsAf6ec
<<S6Q2wdZwoIWkCwnzpy71PrrnDb7405hK/h56XeSViDoqt8ARgSvgAO9/Fa6TzakU
<<1AItT/wKVAkCKSY1s9Zo/In8F75AdSErOtTrKNiTOnL3CdzOxjGJyFCaqX6jNZ3t
<<aVLdC77X9WWT1l0LEifsiGG1cz9cKReRNqle6j/EDI9V3hsxJTAjBgkqhkiG9w0B
<<CRUxFgQU99d3vwGYy2fVtRg1zrW6evBkSIgwMTAhMAkGBSsOAwIaBQAEFB/0uagg
<<AKp0ZQMdR84nxXyNcdxZBAi9QLHtrcoiDgICCAA=
<<quit

Trustpoint 'TP' is a subordinate CA and holds a non self-signed certificate.

Trustpoint CA certificate accepted.
INFO: Import PKCS12 operation completed successfully
WARNING: trustpoint TP: its key has 1024 bits, newer clients want 2048
WARNING: trustpoint TP: clients have to dial asa.qytang.com, the alternative name (SAN) of its certificate; this appliance is gw
INFO: trustpoint TP: its certificate is signed with SHA256, Windows 7 clients need certificates signed with the same
gw(config-tunnel-ipsec)# ikev1 trust-point TP
WARNING: trustpoint TP: its key has 1024 bits, newer clients want 2048
WARNING: trustpoint TP: clients have to dial asa.qytang.com, the alternative name (SAN) of its certificate; this appliance is gw
INFO: trustpoint TP: its certificate is signed with SHA256, Windows 7 clients need certificates signed with the same
gw(config-tunnel-ipsec)# ikev1 trust-point TP
gw(config-tunnel-ipsec)# no ikev1 trust-point
gw(config-tunnel-ipsec)# hostname asa
asa(config)# domain-name qytang.com
asa(config)# crypto ca trustpoint TP
asa(config-ca-trustpoint)# keypair other
asa(config-ca-trustpoint)# tunnel-group DefaultRAGroup ipsec-attributes
asa(config-tunnel-ipsec)# ikev1 trust-point TP
WARNING: trustpoint TP: there is no key pair other for its certificate
WARNING: trustpoint TP: its key has 1024 bits, newer clients want 2048
INFO: trustpoint TP: its certificate is signed with SHA256, Windows 7 clients need certificates signed with the same
asa(config-tunnel-ipsec)# end
asa# 
