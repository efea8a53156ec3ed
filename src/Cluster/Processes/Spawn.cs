using System.ComponentModel;
using System.Runtime.InteropServices;

namespace Navarch.Cluster.Processes;

/// <summary>
/// Starts a process that outlives this one: own session, no terminal, output appended to a file. <see cref="System.Diagnostics.Process"/>
/// can do none of the three, and a shell in between would be one more process whose identity is not the daemon's.
/// </summary>
internal static partial class Spawn
{
    // Larger than both structures on every libc (glibc: 80 and 336 bytes).
    private const int OpaqueBytes = 1024;

    private const short SetSession = 0x80; // POSIX_SPAWN_SETSID of glibc 2.26 and musl 1.1.20.
    private const short SetSignalMask = 0x08;
    private const short SetSignalDefaults = 0x04;
    private const int WriteOnly = 1;
    private const int ReadOnly = 0;
    private const int Create = 0x40;
    private const int Append = 0x400;
    private const int LogMode = 0x1A0; // 0640: logs can hold names of things, not for everybody.

    /// <returns>The new process.</returns>
    /// <exception cref="Win32Exception">The program cannot be started; the message is the system's.</exception>
    public static ProcessIdentity Detached(string program, IReadOnlyList<string> arguments, string logFile, IReadOnlyDictionary<string, string> environment)
    {
        var actions = Marshal.AllocHGlobal(OpaqueBytes);
        var attributes = Marshal.AllocHGlobal(OpaqueBytes);
        var signals = Marshal.AllocHGlobal(OpaqueBytes);
        try
        {
            Check(posix_spawn_file_actions_init(actions));
            Check(posix_spawnattr_init(attributes));
            Check(posix_spawn_file_actions_addopen(actions, 0, "/dev/null", ReadOnly, 0));
            Check(posix_spawn_file_actions_addopen(actions, 1, logFile, WriteOnly | Create | Append, LogMode));
            Check(posix_spawn_file_actions_adddup2(actions, 1, 2));

            // The runtime's own dispositions and mask must not be inherited: an ignored SIGPIPE changes how children behave.
            _ = sigemptyset(signals);
            Check(posix_spawnattr_setsigmask(attributes, signals));
            _ = sigfillset(signals);
            Check(posix_spawnattr_setsigdefault(attributes, signals));
            Check(posix_spawnattr_setflags(attributes, SetSession | SetSignalMask | SetSignalDefaults));

            Check(posix_spawn(out var pid, program, actions, attributes, [program, .. arguments, null], Environ(environment)));
            return ProcessIdentity.Find(pid) ?? new ProcessIdentity(pid, StartTicks: 0); // It ended at once.
        }
        finally
        {
            _ = posix_spawn_file_actions_destroy(actions);
            _ = posix_spawnattr_destroy(attributes);
            Marshal.FreeHGlobal(actions);
            Marshal.FreeHGlobal(attributes);
            Marshal.FreeHGlobal(signals);
        }
    }

    private static string?[] Environ(IReadOnlyDictionary<string, string> overrides)
    {
        var variables = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (System.Collections.DictionaryEntry variable in Environment.GetEnvironmentVariables())
        {
            variables[(string)variable.Key] = (string?)variable.Value ?? "";
        }

        foreach (var (name, value) in overrides)
        {
            variables[name] = value;
        }

        return [.. variables.Select(variable => $"{variable.Key}={variable.Value}"), null];
    }

    private static void Check(int error)
    {
        if (error != 0)
        {
            throw new Win32Exception(error);
        }
    }

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int posix_spawn(out int pid, string path, nint actions, nint attributes, string?[] argv, string?[] envp);

    [LibraryImport("libc")]
    private static partial int posix_spawn_file_actions_init(nint actions);

    [LibraryImport("libc")]
    private static partial int posix_spawn_file_actions_destroy(nint actions);

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int posix_spawn_file_actions_addopen(nint actions, int fd, string path, int flags, int mode);

    [LibraryImport("libc")]
    private static partial int posix_spawn_file_actions_adddup2(nint actions, int from, int to);

    [LibraryImport("libc")]
    private static partial int posix_spawnattr_init(nint attributes);

    [LibraryImport("libc")]
    private static partial int posix_spawnattr_destroy(nint attributes);

    [LibraryImport("libc")]
    private static partial int posix_spawnattr_setflags(nint attributes, short flags);

    [LibraryImport("libc")]
    private static partial int posix_spawnattr_setsigmask(nint attributes, nint signals);

    [LibraryImport("libc")]
    private static partial int posix_spawnattr_setsigdefault(nint attributes, nint signals);

    [LibraryImport("libc")]
    private static partial int sigemptyset(nint signals);

    [LibraryImport("libc")]
    private static partial int sigfillset(nint signals);
}
