using Google.Protobuf;
using Navarch.Storage.Etcd.Wire;

namespace Navarch.Storage.Etcd;

/// <summary>Calls to a cluster: to one member at a time, and to the next when that one fails.</summary>
internal sealed class EtcdClient : IDisposable
{
    private static readonly TimeSpan BackoffFirst = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan BackoffLast = TimeSpan.FromSeconds(1);

    private readonly EtcdStoreConfig config;
    private readonly TimeProvider time;
    private readonly GrpcEndpoint[] members;
    private int preferred;

    public EtcdClient(EtcdStoreConfig config, TimeProvider time)
    {
        if (config.Endpoints.Count == 0)
        {
            throw new ArgumentException("no member of the etcd cluster is named", nameof(config));
        }
        (this.config, this.time) = (config, time);
        members = [.. config.Endpoints.Select(address => new GrpcEndpoint(address, address.Scheme == Uri.UriSchemeHttps ? config.Tls : null, config.ConnectTimeout))];
    }

    /// <summary>The member that is asked now.</summary>
    public GrpcEndpoint Member => members[Volatile.Read(ref preferred)];

    public Task<TxnResponse> TryTxnAsync(TxnRequest request, CancellationToken ct) => TryAsync("/etcdserverpb.KV/Txn", request, TxnResponse.Parser, ct);

    public Task<RangeResponse> RangeAsync(RangeRequest request, CancellationToken ct) => CallAsync("/etcdserverpb.KV/Range", request, RangeResponse.Parser, ct);

    public Task<CompactionResponse> CompactAsync(long revision, CancellationToken ct) =>
        CallAsync("/etcdserverpb.KV/Compact", new CompactionRequest { Revision = revision }, CompactionResponse.Parser, ct);

    /// <summary>A lease whose grant was answered too late ends by itself.</summary>
    public Task<LeaseGrantResponse> GrantAsync(long seconds, CancellationToken ct) =>
        CallAsync("/etcdserverpb.Lease/LeaseGrant", new LeaseGrantRequest { Ttl = seconds }, LeaseGrantResponse.Parser, ct);

    public static GrpcDuplex OpenWatch(GrpcEndpoint member, CancellationToken ct) => member.Open("/etcdserverpb.Watch/Watch", ct);

    /// <summary>From now on others are asked, if <paramref name="member"/> is the one that is.</summary>
    public void Avoid(GrpcEndpoint member)
    {
        var index = Array.IndexOf(members, member);
        Interlocked.CompareExchange(ref preferred, (index + 1) % members.Length, index);
    }

    /// <summary>Waits before the next attempt. Not at all while there are members that have not been asked.</summary>
    /// <param name="attempts">How many there were.</param>
    public Task BackOffAsync(int attempts, CancellationToken ct) => attempts < members.Length
        ? Task.CompletedTask
        : Task.Delay(TimeSpan.FromTicks(Math.Min(BackoffFirst.Ticks << Math.Min(attempts - members.Length, 10), BackoffLast.Ticks)), time, ct);

    /// <summary>When a call that begins now is given up, as a timestamp of the clock.</summary>
    public Deadline Deadline() => new(time, time.GetTimestamp(), config.CallTimeout);

    public void Dispose()
    {
        foreach (var member in members)
        {
            member.Dispose();
        }
    }

    /// <summary>Asks until there is an answer. Only for what may be done twice.</summary>
    /// <exception cref="StoreUnavailableException">There was none in time.</exception>
    /// <exception cref="EtcdException">The cluster refused.</exception>
    private async Task<T> CallAsync<T>(string method, IMessage request, MessageParser<T> parser, CancellationToken ct)
        where T : class, IMessage<T>
    {
        var deadline = Deadline();
        for (var attempts = 1; ; attempts++)
        {
            try
            {
                return await TryAsync(method, request, parser, ct);
            }
            catch (EtcdException e) when (e.IsTransient)
            {
                deadline.ThrowIfPassed(e);
            }
            await BackOffAsync(attempts, ct);
        }
    }

    private async Task<T> TryAsync<T>(string method, IMessage request, MessageParser<T> parser, CancellationToken ct)
        where T : class, IMessage<T>
    {
        ct.ThrowIfCancellationRequested();
        var member = Member;
        using var patience = new CancellationTokenSource(config.AttemptTimeout, time);
        using var either = ct.CanBeCanceled ? CancellationTokenSource.CreateLinkedTokenSource(ct, patience.Token) : null;
        try
        {
            return await member.CallAsync(method, request, parser, either?.Token ?? patience.Token);
        }
        catch (EtcdException e)
        {
            ct.ThrowIfCancellationRequested();
            if (!e.IsRefusal)
            {
                Avoid(member);
            }
            throw;
        }
    }
}

/// <summary>When to stop trying.</summary>
internal readonly record struct Deadline(TimeProvider Time, long Begin, TimeSpan Patience)
{
    public bool HasPassed => Time.GetElapsedTime(Begin) > Patience;

    public void ThrowIfPassed(EtcdException cause)
    {
        if (HasPassed)
        {
            throw new StoreUnavailableException($"etcd is out of reach: {cause.Message}", cause);
        }
    }
}
