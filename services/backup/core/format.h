/* What writer and reader agree on. */
#ifndef BACKUP_FORMAT_H
#define BACKUP_FORMAT_H

#define FORMAT_NAME    "neaptide_backup"
#define FORMAT_VERSION 1
#define FORMAT_BASE64  sodium_base64_VARIANT_ORIGINAL

/* A record in base64, its key with every byte escaped, and the rest. */
#define FORMAT_LINE_MAX (2L * NT_CONTRACT_MESSAGE_MAX)

#endif
