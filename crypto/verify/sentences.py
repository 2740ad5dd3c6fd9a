"""What the command-line verifier says, in Vietnamese and in English."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Final


class Language(Enum):
    """The languages of the command, by the name that `--lang` takes."""

    VIETNAMESE = "vi"
    ENGLISH = "en"


@dataclass(frozen=True)
class Sentence:
    """One sentence in both languages."""

    vi: str
    en: str

    def say(self, language: Language) -> str:
        """Return the sentence in a language."""
        return self.vi if language is Language.VIETNAMESE else self.en


CHECKS: Final = {
    "V1": Sentence(
        "Sổ kết quả còn nguyên: không mục nào bị thêm, bớt, sửa hay đổi chỗ; mục nào cũng do máy chủ cuộc họp ký.",
        "The record is whole: no entry was added, removed, altered or moved, and the meeting's server signed each one.",
    ),
    "V2": Sentence(
        "Tờ khai của mỗi lần bỏ phiếu khớp với cuộc họp, khóa chung, người giữ khóa và danh sách thẻ bỏ phiếu.",
        "Each election's manifest agrees with the meeting, the joint key, the trustees and the list of slips.",
    ),
    "V3": Sentence(
        "Khóa chung do chính các thành viên tổ kiểm phiếu lập và tất cả đều đã xác nhận.",
        "The joint key was made by the tellers themselves, and each of them confirmed it.",
    ),
    "V4": Sentence(
        "Danh sách thẻ bỏ phiếu không có thẻ trùng và có đúng bằng số thẻ đã in.",
        "The lists of slips hold no slip twice and exactly as many as were printed.",
    ),
    "V5": Sentence(
        "Mỗi lá phiếu dùng một thẻ có trong danh sách, mỗi thẻ chỉ một lần, và được điền đúng thể thức.",
        "Each ballot used a slip of the list, each slip only once, and is filled in correctly.",
    ),
    "V6": Sentence(
        "Số phiếu không vượt số thẻ đã phát và số người có mặt; tổ kiểm phiếu đã ký các con số này trước khi bỏ phiếu.",
        "There are no more ballots than slips issued or people present; the tellers signed these counts beforehand.",
    ),
    "V7": Sentence(
        "Không phiếu thử nào được tính.",
        "No tested ballot is counted.",
    ),
    "V8": Sentence(
        "Tổng đã mã hóa được cộng lại từ tất cả các lá phiếu và khớp.",
        "The encrypted totals were added up again from all ballots and agree.",
    ),
    "V9": Sentence(
        "Kết quả kiểm phiếu đúng là kết quả giải mã của tổng đó, có chứng minh của tổ kiểm phiếu.",
        "The counts are what those totals decrypt to, with the tellers' proofs.",
    ),
    "V10": Sentence(
        "Mẫu số khớp với số đảng viên từng loại; kết luận đúng theo kết quả kiểm phiếu và quy tắc đã niêm phong.",
        "The base follows from the class counts; the outcome is what the sealed rules make of the counts.",
    ),
    "V11": Sentence(
        "Mọi con số trên biên bản khớp với kết quả kiểm phiếu.",
        "Every number in the minutes is that of the counts.",
    ),
    "V12": Sentence(
        "Lá phiếu trong giấy xác nhận của cử tri có mặt trong các lá phiếu đã đóng.",
        "The ballot of the voter's confirmation is among the closed ballots.",
    ),
}

CONSISTENT = Sentence(
    "Tệp lưu nhất quán, nhưng CHƯA so với biên bản đã ký. Hãy chạy lại với --head và mã in trên biên bản.",
    "The archive is consistent, but NOT compared with the signed minutes. Run again with --head and their code.",
)
VERIFIED = Sentence(
    "Tệp lưu đúng, và là tệp mà biên bản đã ký nói tới.",
    "The archive is right, and is the one that the signed minutes name.",
)
NO_RULES = Sentence(
    "Chưa kiểm tra mẫu số, kết luận và số liệu biên bản (V10, V11): dùng lệnh phieukin verify.",
    "Base, outcome and the numbers in the minutes (V10, V11) were not checked: use phieukin verify.",
)
FAILED = Sentence(
    "KHÔNG ĐẠT phép kiểm tra {check}. Không kết luận nào trong tệp này được xác nhận. Điều lẽ ra phải đúng:",
    "Check {check} FAILED. Nothing in this archive is confirmed. What should have held:",
)
ENTRY = Sentence("Ở mục số {entry} (dòng {line}).", "At entry {entry} (line {line}).")
DETAIL = Sentence("Chi tiết kỹ thuật: {problem}", "Technical detail: {problem}")
EXPECTED = Sentence("Phải là: {value}", "Expected: {value}")
FOUND = Sentence("Thực tế: {value}", "Found: {value}")
COUNTED = Sentence(
    "Đã kiểm tra {entries} mục, {ballots} lá phiếu, {proofs} chứng minh, {signatures} chữ ký.",
    "Checked {entries} entries, {ballots} ballots, {proofs} proofs, {signatures} signatures.",
)
HEAD = Sentence("Mã niêm phong: {head}", "Head: {head}")
REHEARSAL = Sentence(
    "Đây là tệp của một buổi DIỄN TẬP: kết quả không có giá trị.",
    "This is the archive of a REHEARSAL: its results count for nothing.",
)
ELECTION = Sentence(
    "Lần bỏ phiếu {election}: {ballots} lá phiếu.",
    "Election {election}: {ballots} ballots.",
)
ANNULLED = Sentence(
    "Lần bỏ phiếu {election} đã bị hủy: {ground}",
    "Election {election} was annulled: {ground}",
)
ON_PAPER = Sentence(
    "Lần bỏ phiếu {election}: {ballots} lá phiếu giấy, {invalid} lá không hợp lệ.",
    "Election {election}: {ballots} paper ballots, {invalid} of them invalid.",
)
BESIDE_PHONES = Sentence(
    "  Cộng cả {ballots} lá phiếu giấy, {invalid} lá không hợp lệ.",
    "  Together with {ballots} paper ballots, {invalid} of them invalid.",
)
FINDING = Sentence(
    "  Lần bỏ phiếu đã hủy này có chỗ hỏng (phép kiểm tra {check}, mục số {entry}): {problem}. "
    "Nó không được tính, nên các lần bỏ phiếu khác không bị ảnh hưởng.",
    "  This annulled election is damaged (check {check}, entry {entry}): {problem}. "
    "It counts for nothing, so the other elections are not touched by it.",
)
BLANK = Sentence("phiếu trắng", "blank")
UNREADABLE = Sentence(
    "Không đọc được tệp {path}: {problem}. Hãy kiểm tra đường dẫn.",
    "Cannot read file {path}: {problem}. Check the path.",
)
BAD_HEAD = Sentence(
    "Mã sau --head phải có 32 ký tự như in trên biên bản, hoặc 64 chữ số thập lục phân. Hãy nhập lại.",
    "The code after --head must be the 32 characters that the minutes print, or 64 hexadecimal digits. Enter it again.",
)
