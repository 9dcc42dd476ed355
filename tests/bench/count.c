/* count.c: a plugin for QEMU that writes how many instructions a program executed, when it ends, to standard
 * error.
 *
 * QEMU translates a program in blocks, and calls the plugin whenever it executes one. Its interface has stayed
 * the same for these functions, but the number of the interface has not: 1 before QEMU 9, at least 2 since
 * then. No package of Debian 12 has QEMU's header, so its declarations stand here. foreign.py uses this plugin.
 */
#include <inttypes.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define EXPORT __attribute__((visibility("default")))

struct qemu_plugin_tb;
enum { NO_REGISTERS = 0 };
extern size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *block);
extern void qemu_plugin_register_vcpu_tb_trans_cb(uint64_t plugin,
                                                  void (*translated)(uint64_t plugin,
                                                                     struct qemu_plugin_tb *block));
extern void qemu_plugin_register_vcpu_tb_exec_cb(struct qemu_plugin_tb *block,
                                                 void (*executed)(unsigned cpu, void *data), int flags,
                                                 void *data);
extern void qemu_plugin_register_atexit_cb(uint64_t plugin, void (*ended)(uint64_t plugin, void *data),
                                           void *data);

/* The number of the interface, and where QEMU begins. */
EXPORT extern const int qemu_plugin_version;
EXPORT int qemu_plugin_install(uint64_t plugin, const void *info, int argc, char **argv);

const int qemu_plugin_version = QEMU_INTERFACE;

static uint64_t instructions;

/* `data` is the number of the block's instructions. */
static void count_block(unsigned cpu, void *data) {
    (void)cpu;
    instructions += (uintptr_t)data;
}

static void watch_block(uint64_t plugin, struct qemu_plugin_tb *block) {
    (void)plugin;
    qemu_plugin_register_vcpu_tb_exec_cb(block, count_block, NO_REGISTERS,
                                         (void *)(uintptr_t)qemu_plugin_tb_n_insns(block));
}

static void print_count(uint64_t plugin, void *data) {
    (void)plugin, (void)data;
    fprintf(stderr, "instructions: %" PRIu64 "\n", instructions);
}

int qemu_plugin_install(uint64_t plugin, const void *info, int argc, char **argv) {
    (void)info, (void)argc, (void)argv;
    qemu_plugin_register_vcpu_tb_trans_cb(plugin, watch_block);
    qemu_plugin_register_atexit_cb(plugin, print_count, NULL);
    return 0;
}
