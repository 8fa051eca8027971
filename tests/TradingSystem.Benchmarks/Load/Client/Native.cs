using System.Runtime.InteropServices;

namespace TradingSystem.Benchmarks.Load.Client;

/// <summary>
/// Linux's epoll and plain send and receive. One thread with these costs a fraction of what asynchronous sockets do,
/// and the client shares the cores with what it measures.
/// </summary>
internal static unsafe partial class Native
{
    public const int ControlAdd = 1;
    public const int ControlDelete = 2;
    public const int ControlModify = 3;
    public const uint Readable = 0x001;
    public const uint Writable = 0x004;

    public const int TryAgain = 11;
    public const int Interrupted = 4;

    public const int SignalStop = 19;
    public const int SignalContinue = 18;

    // Never wait in the call, never raise SIGPIPE.
    public const int Flags = 0x40 | 0x4000;

    private const string Library = "libc";

    /// <summary>The kernel's struct is packed on x64 only.</summary>
    public static readonly int EventSize = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 12 : 16;

    public static readonly int EventData = EventSize - 8;

    [LibraryImport(Library, EntryPoint = "epoll_create1", SetLastError = true)]
    public static partial int Create(int flags);

    [LibraryImport(Library, EntryPoint = "epoll_ctl", SetLastError = true)]
    public static partial int Control(int epoll, int operation, int descriptor, byte* description);

    [LibraryImport(Library, EntryPoint = "epoll_wait", SetLastError = true)]
    public static partial int Wait(int epoll, byte* events, int max, int timeoutMs);

    [LibraryImport(Library, EntryPoint = "recv", SetLastError = true)]
    public static partial nint Receive(int descriptor, byte* buffer, nint length, int flags);

    [LibraryImport(Library, EntryPoint = "send", SetLastError = true)]
    public static partial nint Send(int descriptor, byte* buffer, nint length, int flags);

    [LibraryImport(Library, EntryPoint = "kill", SetLastError = true)]
    public static partial int Signal(int process, int signal);

    [LibraryImport(Library, EntryPoint = "close", SetLastError = true)]
    public static partial int Close(int descriptor);
}
