namespace Navarch.Kubelet.Pods;

/// <summary>
/// Counts what one program is given to read, its arguments or its environment, and refuses what the kernel would refuse.
/// Variables that are made of variables double with each line: it is never written down to find out.
/// </summary>
internal sealed class ProgramText
{
    /// <summary>The kernel's limit of one argument or variable (MAX_ARG_STRLEN). Bytes there, characters here: those are never more.</summary>
    public const int StringLengthMax = 128 * 1024 - 1;

    // Three quarters of the 8 MiB that a stack has, whatever its limit is set to.
    private const int LengthMax = 6 * 1024 * 1024;

    private long _length;

    /// <exception cref="ConfigurationException">No program can be given so much.</exception>
    public string Add(string text)
    {
        if ((_length += text.Length) > LengthMax)
        {
            throw new ConfigurationException($"the arguments or the environment have more than {LengthMax} bytes");
        }
        return text;
    }
}
