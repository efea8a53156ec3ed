namespace Navarch.ApiServer.Services;

/// <summary>Gives out node ports, none of them twice; see <see cref="AddressPool"/>. The allocator's lock guards it.</summary>
internal sealed class PortPool(int first, int last, Random random)
{
    // For ports that services ask for by number, as upstream keeps them.
    private readonly int reserved = last - first + 1 <= 16 ? 0 : Math.Clamp((last - first + 1) / 32, 16, 128);
    private readonly Dictionary<int, string> used = [];
    private readonly Dictionary<int, string> pending = [];

    public bool Contains(int port) => port >= first && port <= last;

    public override string ToString() => $"{first}-{last}";

    /// <summary>Sets one port aside. False when somebody else than <paramref name="owner"/> has it.</summary>
    public bool TryTake(int port, string owner)
    {
        if ((used.TryGetValue(port, out var holder) && holder != owner) || (pending.TryGetValue(port, out var asker) && asker != owner))
        {
            return false;
        }

        pending[port] = owner;
        return true;
    }

    /// <summary>Sets any free port aside; 0 when there is none.</summary>
    public int TakeAny(string owner)
    {
        var count = last - first + 1;
        var dynamicCount = Math.Max(count - reserved, 1);
        var start = random.Next(dynamicCount);
        for (var i = 0; i < count; i++)
        {
            var port = i < dynamicCount ? first + (count - dynamicCount) + ((start + i) % dynamicCount) : first + (i - dynamicCount);
            if (!used.ContainsKey(port) && pending.TryAdd(port, owner))
            {
                return port;
            }
        }

        return 0;
    }

    /// <summary>A port set aside is so for everybody, whoever asked for it.</summary>
    public void Disown(int port) => pending[port] = "";

    public void EndPending(int port) => pending.Remove(port);

    public void Use(int port, string owner) => used[port] = owner;

    public void Free(int port, string owner)
    {
        if (used.TryGetValue(port, out var holder) && holder == owner)
        {
            used.Remove(port);
        }
    }
}
