namespace Navarch.Kubelet.Volumes;

/// <summary>One file of a volume that is made from API objects.</summary>
/// <param name="Mode">Permission bits.</param>
/// <param name="Uid">Owner, where it is not root.</param>
internal sealed record VolumeFile(ReadOnlyMemory<byte> Content, int Mode, long? Uid = null)
{
    public bool Equals(VolumeFile? other) =>
        other is not null && Mode == other.Mode && Uid == other.Uid && Content.Span.SequenceEqual(other.Content.Span);

    public override int GetHashCode() => HashCode.Combine(Mode, Uid, Content.Length);
}
